using System.ClientModel.Primitives;

namespace Atelier.Generation.OpenAI;

/// <summary>Sends no credentials: for a self-hosted service that needs none.</summary>
internal sealed class NoAuthenticationPolicy : AuthenticationPolicy
{
    /// <inheritdoc/>
    public override void Process(PipelineMessage message, IReadOnlyList<PipelinePolicy> pipeline, int currentIndex) =>
        ProcessNext(message, pipeline, currentIndex);

    /// <inheritdoc/>
    public override ValueTask ProcessAsync(PipelineMessage message, IReadOnlyList<PipelinePolicy> pipeline, int currentIndex) =>
        ProcessNextAsync(message, pipeline, currentIndex);
}
