"""Clients whose raw responses are held to the service model."""

from __future__ import annotations

import functools
import re

from botocore.config import Config
from botocore.exceptions import ClientError
from model_validity import faults_of
from support import make_client

ACCOUNTS = ("123456789012", "210987654321")


class Recorder:
    """A boto3 client whose raw responses are kept."""

    def __init__(self, region, account_id, validated):
        config = Config(parameter_validation=validated)
        self.client = make_client(config=config, region_name=region, aws_account_id=account_id)
        self.sent = 0
        self.responses = []
        self.client.meta.events.register("before-send.bedrock", self._count)
        self.client.meta.events.register("response-received.bedrock", self._keep)

    def _count(self, **_):
        self.sent += 1

    def _keep(self, response_dict, **_):
        self.responses.append(response_dict)

    def model(self, operation):
        """The service model's page on an operation."""
        return self.client.meta.service_model.operation_model(operation)

    def call(self, operation, parameters):
        """Send a request and return the parsed response, or None if the service or botocore refused it.

        A request that botocore itself refuses is not sent; whatever the mock itself raises is for the test.
        """
        self.sent = 0
        self.responses.clear()
        method = re.sub(r"(?<!^)(?=[A-Z])", "_", operation).lower()
        try:
            return getattr(self.client, method)(**parameters)
        except ClientError:
            return None
        except Exception:
            if self.sent:
                raise
            return None

    def check(self, operation):
        """Hold each response of the last call to the model."""
        assert len(self.responses) == self.sent
        for response in self.responses:
            assert faults_of(self.model(operation), response) == []


@functools.cache
def recorder(region, account_id, validated):
    """Making a client takes longer than a thousand requests, so each is made once."""
    return Recorder(region, account_id, validated)
