"""A conformance suite: the rules of Bedrock's import and copy jobs, tried with plain boto3 against any target."""
