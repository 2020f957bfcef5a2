using System.ClientModel.Primitives;
using Atelier.Generation.Calls;
using OpenAI;

namespace Atelier.Generation.OpenAI;

/// <summary>Makes the generators of one service that speaks OpenAI's API.</summary>
/// <param name="create">Makes a client whose requests carry the headers of the policy.</param>
/// <param name="caller">Runs the calls.</param>
internal sealed class OpenAIClients(Func<CallHeadersPolicy, OpenAIClient> create, ProviderCaller caller)
{
    /// <summary>The generators over the package <c>OpenAI</c>.</summary>
    /// <param name="endpoint">The base address, to which <c>chat/completions</c> is appended.</param>
    /// <param name="authentication">How the calls are authenticated.</param>
    /// <param name="timeout">How long a call may take.</param>
    /// <param name="transport">The connections, shared by all providers.</param>
    /// <param name="caller">Runs the calls.</param>
    public static OpenAIClients Over(
        Uri endpoint, AuthenticationPolicy authentication, TimeSpan timeout, PipelineTransport transport, ProviderCaller caller) => new(
        headers =>
        {
            var options = Prepare(new OpenAIClientOptions { Endpoint = endpoint, UserAgentApplicationId = "Atelier" }, timeout, transport, headers);
            // A client over another way to authenticate than a bearer key is marked as experimental in the package; it is what Microsoft documents.
#pragma warning disable OPENAI001
            return new OpenAIClient(authentication, options);
#pragma warning restore OPENAI001
        },
        caller);

    /// <summary>Sets what every client has.</summary>
    public static T Prepare<T>(T options, TimeSpan timeout, PipelineTransport transport, CallHeadersPolicy headers)
        where T : ClientPipelineOptions
    {
        options.NetworkTimeout = timeout;
        options.Transport = transport;
        // Attempts are the workflow's to count and to space.
        options.RetryPolicy = new ClientRetryPolicy(maxRetries: 0);
        options.AddPolicy(headers, PipelinePosition.PerCall);
        return options;
    }

    /// <summary>The generator of texts.</summary>
    /// <param name="model">The model, or a deployment of one.</param>
    /// <param name="namesUser">Whether calls say on whose behalf they are made.</param>
    public ITextGenerator Text(string model, bool namesUser = true)
    {
        var headers = new CallHeadersPolicy();
        return new OpenAITextGenerator(create(headers).GetChatClient(model), model, namesUser, headers, caller);
    }

    /// <summary>The generator of images.</summary>
    /// <param name="model">The model, or a deployment of one.</param>
    /// <param name="formats">The formats that the service makes.</param>
    public IImageGenerator Image(string model, IReadOnlyList<string> formats)
    {
        var headers = new CallHeadersPolicy();
        return new OpenAIImageGenerator(create(headers).GetImageClient(model), model, formats, headers, caller);
    }
}
