using System.ClientModel.Primitives;
using Atelier.Generation.Calls;
using OpenAI;

namespace Atelier.Generation.OpenAI;

/// <summary>Makes the generators of one service that speaks OpenAI's API.</summary>
/// <param name="endpoint">The base address, to which <c>chat/completions</c> is appended.</param>
/// <param name="authentication">How the calls are authenticated.</param>
/// <param name="timeout">How long a call may take.</param>
/// <param name="transport">The connections, shared by all providers.</param>
/// <param name="caller">Runs the calls.</param>
internal sealed class OpenAIClients(
    Uri endpoint, AuthenticationPolicy authentication, TimeSpan timeout, PipelineTransport transport, ProviderCaller caller)
{
    /// <summary>The generator of texts.</summary>
    /// <param name="model">The model.</param>
    /// <param name="namesUser">Whether calls say on whose behalf they are made.</param>
    public ITextGenerator Text(string model, bool namesUser = true)
    {
        var headers = new CallHeadersPolicy();
        return new OpenAITextGenerator(CreateClient(headers).GetChatClient(model), model, namesUser, headers, caller);
    }

    /// <summary>The generator of images.</summary>
    public IImageGenerator Image(string model, IReadOnlyList<string> formats)
    {
        var headers = new CallHeadersPolicy();
        return new OpenAIImageGenerator(CreateClient(headers).GetImageClient(model), model, formats, headers, caller);
    }

    private OpenAIClient CreateClient(CallHeadersPolicy headers)
    {
        var options = new OpenAIClientOptions
        {
            Endpoint = endpoint,
            NetworkTimeout = timeout,
            Transport = transport,
            // Attempts are the workflow's to count and to space.
            RetryPolicy = new ClientRetryPolicy(maxRetries: 0),
            UserAgentApplicationId = "Atelier",
        };
        options.AddPolicy(headers, PipelinePosition.PerCall);
        // A client over another way to authenticate than a bearer key is marked as experimental in the package; it is what Microsoft documents.
#pragma warning disable OPENAI001
        return new OpenAIClient(authentication, options);
#pragma warning restore OPENAI001
    }
}
