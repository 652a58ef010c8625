"""What a test arms: errors for calls to come."""

from __future__ import annotations

from collections.abc import Collection

from .arns import make, new_id
from .calls import PendingCall
from .errors import ServiceError, UsageError, access_denied, no_such

# Every error of Bedrock's service model (a test compares) with the text a caller meets unless the test gives one.
DEFAULT_MESSAGES = {
    "AccessDeniedException": "",  # names the caller: see errors.access_denied
    "ConflictException": "The request conflicts with the current state of the resource.",
    "InternalServerException": "Encountered an unexpected error when processing the request, please try again",
    "ResourceInUseException": "The resource is in use by another request.",
    "ResourceNotFoundException": "The specified resource was not found.",
    "ServiceQuotaExceededException": "The request exceeds a service quota of this account.",
    "ServiceUnavailableException": "The service is temporarily unavailable, please try again",
    "ThrottlingException": "Too many requests, please wait before trying again.",
    "TooManyTagsException": "The request contains more tags than can be associated with a resource "
    "(50 tags per resource).",
    "ValidationException": "The request does not satisfy the constraints of the service.",
}


class _Fault:
    """One armed error: for ``times`` requests, or for every request of one call."""

    def __init__(self, operation: str, code: str, message: str | None, times: int | None) -> None:
        self.operation = operation
        self.code = code
        self.message = message
        self.times = times

    def error(self, call: PendingCall) -> ServiceError:
        """The service error this caller meets."""
        message = self.message or DEFAULT_MESSAGES[self.code]
        if self.code == "AccessDeniedException" and not message:
            return access_denied(call.operation, call.place, _resource(call))
        if self.code == "TooManyTagsException":
            arn = make(call.place, "model-import-job", new_id())
            return ServiceError(self.code, message, {"resourceName": arn})
        return ServiceError(self.code, message)


class Faults:
    """The armed faults, in the order they were armed."""

    def __init__(self) -> None:
        self._armed: list[_Fault] = []

    def arm(
        self, operation: str, code: str, message: str | None, times: int | None, supported: Collection[str]
    ) -> None:
        """See ``BedrockJobs.fail_next``."""
        if operation not in supported:
            raise UsageError(f"fail_next: {no_such('operation', operation, supported)}")
        if code not in DEFAULT_MESSAGES:
            raise UsageError(f"fail_next: {no_such('error code', code, DEFAULT_MESSAGES)}")
        if times is not None and times < 1:
            raise UsageError(f"fail_next: times is the number of requests to fail, 1 or more, not {times!r}")
        self._armed.append(_Fault(operation, code, message, times))

    def due(self, call: PendingCall) -> ServiceError | None:
        """The error that this request meets, if any; the store's lock is held."""
        if call.failing_with:
            return call.failing_with
        for fault in self._armed:
            if fault.operation == call.operation:
                return self._fire(fault, call)
        return None

    def _fire(self, fault: _Fault, call: PendingCall) -> ServiceError:
        error = fault.error(call)
        if fault.times is None:
            call.failing_with = error
            self._armed.remove(fault)
        else:
            fault.times -= 1
            if not fault.times:
                self._armed.remove(fault)
        return error


_KINDS = {
    "ImportJob": "model-import-job",
    "CopyJob": "model-copy-job",
    "ImportedModel": "imported-model",
    "CustomModel": "custom-model",
}


def _resource(call: PendingCall) -> str:
    """What a policy would have to name: the resources the operation is about, or everything."""
    for part, kind in _KINDS.items():
        if part in call.operation:
            return make(call.place, kind, "*")
    return "*"
