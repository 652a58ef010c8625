"""Bedrock in memory: plain Python that knows neither botocore nor pytest."""
