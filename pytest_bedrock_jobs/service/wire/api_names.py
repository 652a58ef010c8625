"""The names and codes of the API, for completion and type checkers too, and the default text of each error."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeAlias

from ..arns import Ids, Scope, make
from ..errors import ServiceError, access_denied

PromptFormat: TypeAlias = Literal["BedrockCompletion", "MistralCompletion", "OpenAICompletion"]
"""The formats of responses to a ``prompt``."""

JobStatus: TypeAlias = Literal["InProgress", "Completed", "Failed"]
"""The statuses of import and copy jobs."""

CustomizationStatus: TypeAlias = Literal["InProgress", "Completed", "Failed", "Stopping", "Stopped"]
"""The statuses of customization jobs."""

CustomModelStatus: TypeAlias = Literal["Active", "Creating", "Failed"]
"""The statuses of custom models."""

DeploymentStatus: TypeAlias = Literal["Active", "Creating", "Failed"]
"""The statuses of custom model deployments."""

ProvisionedStatus: TypeAlias = Literal["Creating", "InService", "Failed"]
"""The statuses of provisioned throughput that a test can add; an update has one more."""

CommitmentDuration: TypeAlias = Literal["OneMonth", "SixMonths"]
"""For how long provisioned throughput can be bought."""

# fmt: off
StartingOperation: TypeAlias = Literal[
    "CreateModelImportJob", "CreateModelCopyJob", "CreateModelCustomizationJob", "CreateCustomModel",
    "CreateCustomModelDeployment", "CreateProvisionedModelThroughput",
]
# fmt: on
"""The operations that start something that ends later."""

# fmt: off
ErrorCode: TypeAlias = Literal[
    "AccessDeniedException", "ConflictException", "ExpiredTokenException", "InternalFailure", "InternalServerException",
    "InvalidSignatureException", "ModelErrorException", "ModelNotReadyException", "ModelStreamErrorException",
    "ModelTimeoutException", "RequestTimeoutException", "ResourceInUseException", "ResourceNotFoundException",
    "SerializationException", "ServiceQuotaExceededException", "ServiceUnavailableException", "ThrottlingException",
    "TooManyTagsException", "UnrecognizedClientException", "ValidationException",
]
# fmt: on
"""The error codes that Bedrock, its runtime, or AWS's framework in front of them returns."""

RUNTIME_OPERATIONS = ("Converse", "ConverseStream", "InvokeModel", "InvokeModelWithResponseStream")
"""The operations of bedrock-runtime that the mock has; all others are Bedrock's."""

# fmt: off
MockedOperation: TypeAlias = Literal[
    "Converse", "ConverseStream", "InvokeModel", "InvokeModelWithResponseStream", "CreateCustomModel",
    "CreateCustomModelDeployment", "CreateModelCopyJob", "CreateModelCustomizationJob", "CreateModelImportJob",
    "CreateProvisionedModelThroughput", "DeleteCustomModel", "DeleteCustomModelDeployment", "DeleteImportedModel",
    "DeleteProvisionedModelThroughput", "GetCustomModel", "GetCustomModelDeployment", "GetImportedModel",
    "GetModelCopyJob", "GetModelCustomizationJob", "GetModelImportJob", "GetProvisionedModelThroughput",
    "ListCustomModelDeployments", "ListCustomModels", "ListImportedModels", "ListModelCopyJobs",
    "ListModelCustomizationJobs", "ListModelImportJobs", "ListProvisionedModelThroughputs", "ListTagsForResource",
    "StopModelCustomizationJob", "TagResource", "UntagResource", "UpdateCustomModelDeployment",
    "UpdateProvisionedModelThroughput",
]
# fmt: on
"""The operations that the mock has."""

# fmt: off
OtherOperation: TypeAlias = Literal[
    "ArchiveProject", "BatchDeleteAdvancedPromptOptimizationJob", "BatchDeleteEvaluationJob",
    "CancelAutomatedReasoningPolicyBuildWorkflow", "CreateAdvancedPromptOptimizationJob",
    "CreateAutomatedReasoningPolicy", "CreateAutomatedReasoningPolicyTestCase", "CreateAutomatedReasoningPolicyVersion",
    "CreateEvaluationJob", "CreateFoundationModelAgreement", "CreateGuardrail", "CreateGuardrailVersion",
    "CreateInferenceProfile", "CreateMarketplaceModelEndpoint", "CreateModelInvocationJob", "CreateProject",
    "CreatePromptRouter", "DeleteAccountDataRetentionStorage", "DeleteAutomatedReasoningPolicy",
    "DeleteAutomatedReasoningPolicyBuildWorkflow", "DeleteAutomatedReasoningPolicyTestCase",
    "DeleteEnforcedGuardrailConfiguration", "DeleteFoundationModelAgreement", "DeleteGuardrail",
    "DeleteInferenceProfile", "DeleteMarketplaceModelEndpoint", "DeleteModelInvocationLoggingConfiguration",
    "DeleteOrganizationDataRetentionStorage", "DeleteProjectDataRetentionStorage", "DeletePromptRouter",
    "DeleteResourcePolicy", "DeregisterMarketplaceModelEndpoint", "ExportAutomatedReasoningPolicyVersion",
    "GetAccountDataRetention", "GetAccountDataRetentionStorage", "GetAdvancedPromptOptimizationJob",
    "GetAutomatedReasoningPolicy", "GetAutomatedReasoningPolicyAnnotations", "GetAutomatedReasoningPolicyBuildWorkflow",
    "GetAutomatedReasoningPolicyBuildWorkflowResultAssets", "GetAutomatedReasoningPolicyNextScenario",
    "GetAutomatedReasoningPolicyTestCase", "GetAutomatedReasoningPolicyTestResult", "GetEvaluationJob",
    "GetFoundationModel", "GetFoundationModelAvailability", "GetGuardrail", "GetInferenceProfile",
    "GetMarketplaceModelEndpoint", "GetModelInvocationJob", "GetModelInvocationLoggingConfiguration",
    "GetOrganizationDataRetentionStorage", "GetProject", "GetProjectDataRetentionStorage", "GetPromptRouter",
    "GetResourcePolicy", "GetTrustedAccessProgram", "GetTrustedAccessProgramAccountEnrollment",
    "GetTrustedAccessProgramOrganizationEnrollment", "GetTrustedAccessProgramProjectEnrollment",
    "GetUseCaseForModelAccess", "ListAdvancedPromptOptimizationJobs", "ListAutomatedReasoningPolicies",
    "ListAutomatedReasoningPolicyBuildWorkflows", "ListAutomatedReasoningPolicyTestCases",
    "ListAutomatedReasoningPolicyTestResults", "ListEnforcedGuardrailsConfiguration", "ListEvaluationJobs",
    "ListFoundationModelAgreementOffers", "ListFoundationModels", "ListGuardrails", "ListInferenceProfiles",
    "ListMarketplaceModelEndpoints", "ListModelInvocationJobs", "ListProjects", "ListPromptRouters",
    "ListTrustedAccessPrograms", "PutAccountDataRetention", "PutAccountDataRetentionStorage",
    "PutEnforcedGuardrailConfiguration", "PutModelInvocationLoggingConfiguration",
    "PutOrganizationDataRetentionStorage", "PutProjectDataRetentionStorage", "PutResourcePolicy",
    "PutTrustedAccessProgramAccountEnrollment", "PutTrustedAccessProgramOrganizationEnrollment",
    "PutTrustedAccessProgramProjectEnrollment", "PutUseCaseForModelAccess", "RegisterMarketplaceModelEndpoint",
    "StartAutomatedReasoningPolicyBuildWorkflow", "StartAutomatedReasoningPolicyTestWorkflow",
    "StartTrustedAccessProgramAccountApplication", "StartTrustedAccessProgramOrganizationApplication",
    "StartTrustedAccessProgramProjectApplication", "StopAdvancedPromptOptimizationJob", "StopEvaluationJob",
    "StopModelInvocationJob", "UpdateAutomatedReasoningPolicy", "UpdateAutomatedReasoningPolicyAnnotations",
    "UpdateAutomatedReasoningPolicyTestCase", "UpdateGuardrail", "UpdateMarketplaceModelEndpoint", "UpdateProject",
    "ApplyGuardrail", "Converse", "ConverseStream", "CountTokens", "GetAsyncInvoke", "InvokeGuardrailChecks",
    "InvokeModel", "InvokeModelWithBidirectionalStream", "InvokeModelWithResponseStream", "ListAsyncInvokes",
    "StartAsyncInvoke",
]
# fmt: on
"""The operations of Bedrock and its runtime that a test can stub: those of models are the mock's only for its own."""

Operation: TypeAlias = MockedOperation | OtherOperation
"""All operations of Bedrock and its runtime: those that faults and stubs work on."""


_UNEXPECTED = "The system encountered an unexpected error during processing. Try your request again."

MODELLED = {
    "AccessDeniedException": (403, ""),  # names caller and action: see errors.access_denied
    "ConflictException": (400, "The request conflicts with the current state of the resource."),
    "InternalServerException": (500, _UNEXPECTED),
    "ResourceInUseException": (400, "The resource is in use by another request."),
    "ResourceNotFoundException": (404, "The specified resource was not found."),
    "ServiceQuotaExceededException": (400, "The request exceeds a service quota of this account."),
    "ServiceUnavailableException": (503, "Bedrock is unable to process your request."),
    "ThrottlingException": (429, "Too many requests, please wait before trying again."),
    "TooManyTagsException": (
        400,
        "The request contains more tags than can be associated with a resource (50 tags per resource). The maximum "
        "number of tags includes both existing tags and those included in your current request.",
    ),
    "ValidationException": (400, "The request does not satisfy the constraints of the service."),
}
"""The errors of Bedrock's service model: status and text. A test compares them with botocore's."""

RUNTIME = {
    "ModelErrorException": (424, _UNEXPECTED),
    "ModelNotReadyException": (429, "Model is not ready for inference. Wait and try your request again."),
    "ModelStreamErrorException": (424, _UNEXPECTED),
    "ModelTimeoutException": (408, "Model has timed out in processing the request. Try your request again."),
}
"""The errors that only the service model of bedrock-runtime has."""

FRAMEWORK = {
    "ExpiredTokenException": (403, "The security token included in the request is expired"),
    "InternalFailure": (500, "The request processing has failed because of an unknown error, exception or failure."),
    "InvalidSignatureException": (
        403,
        "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access "
        "Key and signing method. Consult the service documentation for details.",
    ),
    "RequestTimeoutException": (408, "The request took too long to arrive."),
    "SerializationException": (400, "The request could not be read."),
    "UnrecognizedClientException": (403, "The security token included in the request is invalid."),
}
"""Errors that AWS's framework returns for any request, before a service sees it."""

ERRORS = MODELLED | RUNTIME | FRAMEWORK
"""All of them."""

FIELDS: Mapping[str, Mapping[str, type]] = {
    "ModelErrorException": {"originalStatusCode": int, "resourceName": str},
    "ModelStreamErrorException": {"originalStatusCode": int, "originalMessage": str},
    "TooManyTagsException": {"resourceName": str},
}
"""What errors have besides their message, by the service models."""

STREAM_ERRORS = (
    "InternalServerException",
    "ModelStreamErrorException",
    "ModelTimeoutException",
    "ServiceUnavailableException",
    "ThrottlingException",
    "ValidationException",
)
"""The exceptions that may end an event stream of the runtime."""


def default_error(code: str, action: str, scope: Scope, arn_type: str | None) -> ServiceError:
    """The error of this code as the caller of an action gets it; for ``arn_type`` see ``denied``."""
    if code == "AccessDeniedException":
        return denied(action, scope, arn_type)
    resource = {"resourceName": make(scope, "model-import-job", Ids(None).new_id())}
    return ServiceError(code, ERRORS[code][1], resource if code == "TooManyTagsException" else {})


def denied(action: str, scope: Scope, arn_type: str | None) -> ServiceError:
    """The error for a caller whose policy does not allow an action on any resource with ARNs of this type.

    Without a type, the action may apply to any resource.
    """
    return access_denied(action, scope, make(scope, arn_type, "*") if arn_type else "*")
