"""What exists in the mocked Bedrock, and how it changes."""
