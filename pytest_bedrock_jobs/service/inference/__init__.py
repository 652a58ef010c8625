"""What an invoked model is asked and how it responds: requests, formats, conversations, event streams."""
