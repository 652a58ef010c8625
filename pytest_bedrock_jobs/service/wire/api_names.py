"""Names for completion and type checkers, which find a mistyped operation, status or code before the test runs."""

from __future__ import annotations

from typing import Literal, TypeAlias

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

ProvisionedStatus: TypeAlias = Literal["Creating", "InService", "Updating", "Failed"]
"""The statuses of provisioned throughput."""

CommitmentDuration: TypeAlias = Literal["OneMonth", "SixMonths"]
"""For how long provisioned throughput can be bought."""

StartingOperation: TypeAlias = Literal[
    "CreateModelImportJob",
    "CreateModelCopyJob",
    "CreateModelCustomizationJob",
    "CreateCustomModel",
    "CreateCustomModelDeployment",
    "CreateProvisionedModelThroughput",
]
"""The operations that start something that ends later."""

ErrorCode: TypeAlias = Literal[
    "AccessDeniedException",
    "ConflictException",
    "ExpiredTokenException",
    "InternalFailure",
    "InternalServerException",
    "InvalidSignatureException",
    "ModelErrorException",
    "ModelNotReadyException",
    "ModelStreamErrorException",
    "ModelTimeoutException",
    "RequestTimeoutException",
    "ResourceInUseException",
    "ResourceNotFoundException",
    "SerializationException",
    "ServiceQuotaExceededException",
    "ServiceUnavailableException",
    "ThrottlingException",
    "TooManyTagsException",
    "UnrecognizedClientException",
    "ValidationException",
]
"""The error codes that Bedrock, its runtime, or AWS's framework in front of them returns."""

RUNTIME_OPERATIONS = ("Converse", "ConverseStream", "InvokeModel", "InvokeModelWithResponseStream")
"""The operations of bedrock-runtime that the mock has; all others are Bedrock's."""

MockedOperation: TypeAlias = Literal[
    "Converse",
    "ConverseStream",
    "InvokeModel",
    "InvokeModelWithResponseStream",
    "CreateCustomModel",
    "CreateCustomModelDeployment",
    "CreateModelCopyJob",
    "CreateModelCustomizationJob",
    "CreateModelImportJob",
    "CreateProvisionedModelThroughput",
    "DeleteCustomModel",
    "DeleteCustomModelDeployment",
    "DeleteImportedModel",
    "DeleteProvisionedModelThroughput",
    "GetCustomModel",
    "GetCustomModelDeployment",
    "GetImportedModel",
    "GetModelCopyJob",
    "GetModelCustomizationJob",
    "GetModelImportJob",
    "GetProvisionedModelThroughput",
    "ListCustomModelDeployments",
    "ListCustomModels",
    "ListImportedModels",
    "ListModelCopyJobs",
    "ListModelCustomizationJobs",
    "ListModelImportJobs",
    "ListProvisionedModelThroughputs",
    "ListTagsForResource",
    "StopModelCustomizationJob",
    "TagResource",
    "UntagResource",
    "UpdateCustomModelDeployment",
    "UpdateProvisionedModelThroughput",
]
"""The operations that the mock has."""

OtherOperation: TypeAlias = Literal[
    "ArchiveProject",
    "BatchDeleteAdvancedPromptOptimizationJob",
    "BatchDeleteEvaluationJob",
    "CancelAutomatedReasoningPolicyBuildWorkflow",
    "CreateAdvancedPromptOptimizationJob",
    "CreateAutomatedReasoningPolicy",
    "CreateAutomatedReasoningPolicyTestCase",
    "CreateAutomatedReasoningPolicyVersion",
    "CreateEvaluationJob",
    "CreateFoundationModelAgreement",
    "CreateGuardrail",
    "CreateGuardrailVersion",
    "CreateInferenceProfile",
    "CreateMarketplaceModelEndpoint",
    "CreateModelInvocationJob",
    "CreateProject",
    "CreatePromptRouter",
    "DeleteAccountDataRetentionStorage",
    "DeleteAutomatedReasoningPolicy",
    "DeleteAutomatedReasoningPolicyBuildWorkflow",
    "DeleteAutomatedReasoningPolicyTestCase",
    "DeleteEnforcedGuardrailConfiguration",
    "DeleteFoundationModelAgreement",
    "DeleteGuardrail",
    "DeleteInferenceProfile",
    "DeleteMarketplaceModelEndpoint",
    "DeleteModelInvocationLoggingConfiguration",
    "DeleteOrganizationDataRetentionStorage",
    "DeleteProjectDataRetentionStorage",
    "DeletePromptRouter",
    "DeleteResourcePolicy",
    "DeregisterMarketplaceModelEndpoint",
    "ExportAutomatedReasoningPolicyVersion",
    "GetAccountDataRetention",
    "GetAccountDataRetentionStorage",
    "GetAdvancedPromptOptimizationJob",
    "GetAutomatedReasoningPolicy",
    "GetAutomatedReasoningPolicyAnnotations",
    "GetAutomatedReasoningPolicyBuildWorkflow",
    "GetAutomatedReasoningPolicyBuildWorkflowResultAssets",
    "GetAutomatedReasoningPolicyNextScenario",
    "GetAutomatedReasoningPolicyTestCase",
    "GetAutomatedReasoningPolicyTestResult",
    "GetEvaluationJob",
    "GetFoundationModel",
    "GetFoundationModelAvailability",
    "GetGuardrail",
    "GetInferenceProfile",
    "GetMarketplaceModelEndpoint",
    "GetModelInvocationJob",
    "GetModelInvocationLoggingConfiguration",
    "GetOrganizationDataRetentionStorage",
    "GetProject",
    "GetProjectDataRetentionStorage",
    "GetPromptRouter",
    "GetResourcePolicy",
    "GetTrustedAccessProgram",
    "GetTrustedAccessProgramAccountEnrollment",
    "GetTrustedAccessProgramOrganizationEnrollment",
    "GetTrustedAccessProgramProjectEnrollment",
    "GetUseCaseForModelAccess",
    "ListAdvancedPromptOptimizationJobs",
    "ListAutomatedReasoningPolicies",
    "ListAutomatedReasoningPolicyBuildWorkflows",
    "ListAutomatedReasoningPolicyTestCases",
    "ListAutomatedReasoningPolicyTestResults",
    "ListEnforcedGuardrailsConfiguration",
    "ListEvaluationJobs",
    "ListFoundationModelAgreementOffers",
    "ListFoundationModels",
    "ListGuardrails",
    "ListInferenceProfiles",
    "ListMarketplaceModelEndpoints",
    "ListModelInvocationJobs",
    "ListProjects",
    "ListPromptRouters",
    "ListTrustedAccessPrograms",
    "PutAccountDataRetention",
    "PutAccountDataRetentionStorage",
    "PutEnforcedGuardrailConfiguration",
    "PutModelInvocationLoggingConfiguration",
    "PutOrganizationDataRetentionStorage",
    "PutProjectDataRetentionStorage",
    "PutResourcePolicy",
    "PutTrustedAccessProgramAccountEnrollment",
    "PutTrustedAccessProgramOrganizationEnrollment",
    "PutTrustedAccessProgramProjectEnrollment",
    "PutUseCaseForModelAccess",
    "RegisterMarketplaceModelEndpoint",
    "StartAutomatedReasoningPolicyBuildWorkflow",
    "StartAutomatedReasoningPolicyTestWorkflow",
    "StartTrustedAccessProgramAccountApplication",
    "StartTrustedAccessProgramOrganizationApplication",
    "StartTrustedAccessProgramProjectApplication",
    "StopAdvancedPromptOptimizationJob",
    "StopEvaluationJob",
    "StopModelInvocationJob",
    "UpdateAutomatedReasoningPolicy",
    "UpdateAutomatedReasoningPolicyAnnotations",
    "UpdateAutomatedReasoningPolicyTestCase",
    "UpdateGuardrail",
    "UpdateMarketplaceModelEndpoint",
    "UpdateProject",
]
"""The operations of Bedrock that the mock does not have, which a test can stub."""

Operation: TypeAlias = Literal[MockedOperation, OtherOperation]
"""All operations of Bedrock, mocked or not, and some of its runtime: those that faults and stubs work on."""
