using System.ClientModel.Primitives;
using Atelier.Generation.Calls;

namespace Atelier.Generation.OpenAI;

/// <summary>
/// Gives each request the idempotency key of the call it belongs to, so that a call repeated after a crash is told apart from another attempt.
/// </summary>
/// <remarks>The typed client methods take no headers; the key travels with the flow of the call instead.</remarks>
internal sealed class CallHeadersPolicy : PipelinePolicy
{
    /// <summary>The header's name.</summary>
    public const string HeaderName = "Idempotency-Key";

    private readonly AsyncLocal<GenerationCall?> _call = new();

    /// <summary>Names the call that the requests of the present asynchronous flow belong to.</summary>
    public void Begin(GenerationCall call) => _call.Value = call;

    /// <inheritdoc/>
    public override void Process(PipelineMessage message, IReadOnlyList<PipelinePolicy> pipeline, int currentIndex)
    {
        AddHeaders(message);
        ProcessNext(message, pipeline, currentIndex);
    }

    /// <inheritdoc/>
    public override ValueTask ProcessAsync(PipelineMessage message, IReadOnlyList<PipelinePolicy> pipeline, int currentIndex)
    {
        AddHeaders(message);
        return ProcessNextAsync(message, pipeline, currentIndex);
    }

    private void AddHeaders(PipelineMessage message)
    {
        if (_call.Value is { } call)
        {
            message.Request.Headers.Set(HeaderName, call.IdempotencyKey);
            message.Request.Headers.Set(ProviderHttp.PartHeader, call.User);
        }
    }
}
