"""unittest style: each test of a decorated TestCase has a new mock in `self.bedrock_jobs`, from setUp on."""

# ruff: noqa: PT009  (unittest's own assertions)

import unittest

from promote import promote, submit_import

from pytest_bedrock_jobs import BedrockJobs, mock_bedrock_jobs


@mock_bedrock_jobs(region="us-west-2")
class TestRelease(unittest.TestCase):
    """What a release of the search team leaves behind."""

    bedrock_jobs: BedrockJobs

    def setUp(self) -> None:
        """Have a model to promote."""
        self.model = self.bedrock_jobs.add_custom_model("ranker")

    def test_a_release_starts_one_import_and_two_copies(self) -> None:
        """All of it is found by the team's tag."""
        self.release()

        [job] = self.bedrock_jobs.import_jobs
        self.assertEqual(job.region, "us-west-2")
        self.assertEqual([copy.region for copy in self.bedrock_jobs.copy_jobs], ["eu-west-1", "us-east-1"])
        for tags in (job.tags, *(copy.target_model_tags for copy in self.bedrock_jobs.copy_jobs)):
            self.assertEqual(tags, {"team": "search"})

    def test_a_release_can_be_repeated(self) -> None:
        """Every call of the second run is answered with the first run's job."""
        self.release()
        self.release()

        self.assertEqual(len(self.bedrock_jobs.import_jobs), 1)
        self.assertEqual(len(self.bedrock_jobs.copy_jobs), 2)
        self.assertTrue(all(call.replayed for call in self.bedrock_jobs.calls[3:]))

    def release(self) -> None:
        """Import one model, promote another."""
        role = "arn:aws:iam::123456789012:role/import"
        submit_import("s3://my-bucket/llama/", name="llama-v1", team="search", role_arn=role)
        promote(self.model.arn, ["eu-west-1", "us-east-1"], name="ranker-v1", team="search")
