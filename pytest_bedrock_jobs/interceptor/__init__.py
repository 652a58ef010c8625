"""Between botocore or aiobotocore and the mock; nothing else imports botocore or aiobotocore."""
