using System.Text.Json.Nodes;
using Atelier.Problems;
using Microsoft.DurableTask.Client;

namespace Atelier.Campaigns.Http;

/// <summary>Reads an orchestration's own status from the durable store.</summary>
public sealed class OrchestrationStatus(TimeProvider timeProvider, ILogger<OrchestrationStatus> logger)
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(5);

    /// <summary>Reads it.</summary>
    /// <returns><see langword="null"/> where the store has no such instance.</returns>
    /// <exception cref="ApiException">503: the store does not respond.</exception>
    public async Task<OrchestrationView?> ReadAsync(DurableTaskClient client, string instanceId, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(Timeout, timeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            // Not every client heeds its token, and each host's client has exceptions of its own.
            OrchestrationMetadata? instance =
                await client.GetInstanceAsync(instanceId, getInputsAndOutputs: true, either.Token).WaitAsync(either.Token);
            return instance is null ? null : From(instance);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            logger.LogWarning(exception, "The status of orchestration {InstanceId} cannot be read.", instanceId);
            throw new ApiException(
                StatusCodes.Status503ServiceUnavailable,
                "orchestration_unavailable",
                "The orchestration's status cannot be read at the moment; without include=orchestration the campaign can be.")
            {
                RetryAfter = RetryAfter,
            };
        }
    }

    private static OrchestrationView From(OrchestrationMetadata instance) => new(
        instance.InstanceId,
        instance.RuntimeStatus.ToString(),
        instance.CreatedAt,
        instance.LastUpdatedAt,
        instance.SerializedCustomStatus is { } status ? JsonNode.Parse(status) : null,
        FailureOf(instance));

    // The Functions host gives no details; there, the output of an instance that has failed is the failure's type and message.
    private static string? FailureOf(OrchestrationMetadata instance) =>
        instance.RuntimeStatus == OrchestrationRuntimeStatus.Failed ? instance.FailureDetails?.ToString() ?? instance.SerializedOutput : null;
}
