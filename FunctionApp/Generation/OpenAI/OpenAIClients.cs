using System.ClientModel;
using System.ClientModel.Primitives;
using Atelier.Generation.Calls;
using Atelier.Generation.Http;
using OpenAI;

namespace Atelier.Generation.OpenAI;

/// <summary>Makes the generators of one service with OpenAI's API.</summary>
/// <param name="create">Makes a client over a transport.</param>
/// <param name="parts">What providers are created with.</param>
/// <param name="caller">Runs the calls.</param>
internal sealed class OpenAIClients(Func<PipelineTransport, OpenAIClient> create, ProviderParts parts, ProviderCaller caller)
{
    /// <summary>The generators over the package <c>OpenAI</c>.</summary>
    /// <param name="endpoint">The base address, to which <c>chat/completions</c> is appended.</param>
    /// <param name="authentication">How the calls are authenticated.</param>
    /// <param name="timeout">How long a call may take.</param>
    /// <param name="parts">What providers are created with.</param>
    /// <param name="caller">Runs the calls.</param>
    public static OpenAIClients Over(
        Uri endpoint, AuthenticationPolicy authentication, TimeSpan timeout, ProviderParts parts, ProviderCaller caller) => new(
        transport =>
        {
            var options = Prepare(new OpenAIClientOptions { Endpoint = endpoint, UserAgentApplicationId = "Atelier" }, timeout, transport);
            // A client over another way to authenticate than a bearer key is marked as experimental in the package; it is what Microsoft documents.
#pragma warning disable OPENAI001
            return new OpenAIClient(authentication, options);
#pragma warning restore OPENAI001
        },
        parts,
        caller);

    /// <summary>Sets what every client has.</summary>
    public static T Prepare<T>(T options, TimeSpan timeout, PipelineTransport transport)
        where T : ClientPipelineOptions
    {
        options.NetworkTimeout = timeout;
        options.Transport = transport;
        // The workflow counts and spaces attempts.
        options.RetryPolicy = new ClientRetryPolicy(maxRetries: 0);
        return options;
    }

    /// <summary>Makes a call with one of the package's protocol methods. Its typed models reject responses that OpenAI itself does not send.</summary>
    /// <returns>The response, a success.</returns>
    /// <exception cref="GenerationException">The response is no success.</exception>
    public static async Task<ProviderResponse> SendAsync(
        Func<RequestOptions, Task<ClientResult>> send, GenerationCall call, ProviderCaller caller, CancellationToken cancellationToken)
    {
        var options = new RequestOptions
        {
            CancellationToken = cancellationToken,
            ErrorOptions = ClientErrorBehaviors.NoThrow,
            BufferResponse = false,
        };
        // With the key, a provider can distinguish a call repeated after a crash from a new attempt.
        options.SetHeader("Idempotency-Key", call.IdempotencyKey);
        options.SetHeader(ProviderHttp.PartHeader, call.User);
        using var message = (await send(options)).GetRawResponse();
        var response = await ProviderResponse.ReadAsync(message, cancellationToken);
        return response.IsSuccess ? response : throw caller.Failures.FromResponse(caller.Provider, response);
    }

    /// <summary>The generator of texts.</summary>
    /// <param name="model">The model, or a deployment of one.</param>
    /// <param name="dialect">How the service differs from OpenAI's API.</param>
    public ITextGenerator Text(string model, ChatDialect dialect = ChatDialect.OpenAI) =>
        new OpenAITextGenerator(create(parts.Connections.ForTexts).GetChatClient(model), model, dialect, caller);

    /// <summary>The generator of images.</summary>
    /// <param name="model">The model, or a deployment of one.</param>
    /// <param name="formats">The formats that the service makes.</param>
    /// <param name="hosts">The hosts beside the endpoint that images may be fetched from, where the service gives addresses.</param>
    /// <param name="endpoint">The service's address.</param>
    public IImageGenerator Image(string model, IReadOnlyList<string> formats, IReadOnlyList<string> hosts, Uri endpoint) =>
        new OpenAIImageGenerator(
            create(parts.Connections.ForImages).GetImageClient(model), model, formats, parts.ImagesOf(caller.Provider, hosts, endpoint), caller);
}
