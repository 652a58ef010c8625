"""unittest style: each test of a decorated TestCase has a new mock in `self.bedrock_jobs`, from setUp on."""

# ruff: noqa: PT009  (unittest's own assertions)

import unittest
from datetime import timedelta

from promote import import_model, promote

from pytest_bedrock_jobs import BedrockJobs, mock_bedrock_jobs


@mock_bedrock_jobs(region="us-west-2", virtual_time=True, progress=timedelta(minutes=45))
class TestRelease(unittest.TestCase):
    """What a release of the search team leaves behind."""

    bedrock_jobs: BedrockJobs

    def setUp(self) -> None:
        """Add a model to promote."""
        self.model = self.bedrock_jobs.add_custom_model("ranker")

    def test_a_release_makes_one_import_and_two_copies(self) -> None:
        """All of them have the team's tag."""
        self.release()

        [imported] = self.bedrock_jobs.imported_models
        _, *copies = self.bedrock_jobs.custom_models
        self.assertEqual(imported.region, "us-west-2")
        self.assertEqual([copy.region for copy in copies], ["eu-west-1", "us-east-1"])
        self.assertEqual(imported.tags["team"], "search")
        self.assertEqual([copy.tags["team"] for copy in copies], ["search", "search"])

    def test_a_release_waits_for_the_import_and_then_for_both_copies(self) -> None:
        """The copies run in parallel: 45 minutes each, and 45 for both."""
        start = self.bedrock_jobs.clock.now()
        self.release()

        copies_end = max(job.end_time for job in self.bedrock_jobs.copy_jobs if job.end_time)
        self.assertEqual((copies_end - start) // timedelta(minutes=1), 90)

    def test_a_release_can_be_repeated(self) -> None:
        """The second run reuses the imported model, and its copies return the first run's jobs."""
        self.release()
        self.release()

        self.assertEqual(len(self.bedrock_jobs.import_jobs), 1)
        self.assertEqual(len(self.bedrock_jobs.copy_jobs), 2)
        self.assertEqual(sum(call.replayed for call in self.bedrock_jobs.calls), 2)

    def release(self) -> None:
        """Import one model, promote another."""
        role = "arn:aws:iam::123456789012:role/import"
        import_model("s3://my-bucket/llama/", name="llama-v1", team="search", role_arn=role)
        promote(self.model.arn, ["eu-west-1", "us-east-1"], name="ranker-v1", team="search")
