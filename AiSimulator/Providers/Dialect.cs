using System.Security.Cryptography;
using System.Text;
using AiSimulator.Calls;
using AiSimulator.Faults;
using AiSimulator.Http;

namespace AiSimulator.Providers;

/// <summary>What differs from provider to provider beside the endpoints: errors, keys and headers.</summary>
internal abstract class Dialect
{
    /// <summary>The provider's name, as in the application's configuration.</summary>
    public abstract string Provider { get; }

    /// <summary>The error response for a failure, in the provider's own format and with its own status.</summary>
    public abstract Reply Error(Failure failure);

    /// <summary>A response of 200 that carries nothing.</summary>
    public abstract Reply Empty(string operation);

    /// <summary>Whether the request carries the key.</summary>
    public virtual bool IsAuthorized(HttpRequest request, string key) => HasBearer(request, key);

    /// <summary>Adds the headers that every response carries.</summary>
    public virtual void Decorate(IHeaderDictionary headers, CallRecord call, RateWindow.State rate)
    {
    }

    protected static bool HasBearer(HttpRequest request, string key) =>
        request.Headers.Authorization.ToString() is var value
        && value.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase)
        && Same(value[7..].Trim(), key);

    /// <summary>Compares secrets in a time that does not reveal where they differ.</summary>
    protected static bool Same(string given, string expected) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(given), Encoding.UTF8.GetBytes(expected));
}

/// <summary>A refusal or a failure, before a provider gives it a format of its own.</summary>
/// <param name="Kind">What it is; <see cref="FaultKind.Invalid"/> is also used for requests that really are invalid.</param>
/// <param name="Operation">The operation it happened to.</param>
/// <param name="Message">A sentence for people.</param>
/// <param name="Field">The request's field at fault.</param>
/// <param name="Code">A code where the kind leaves a choice.</param>
/// <param name="RetryAfterSeconds">When to retry, for the message.</param>
internal sealed record Failure(
    FaultKind Kind,
    string Operation,
    string Message,
    string? Field = null,
    string? Code = null,
    int RetryAfterSeconds = 1)
{
    /// <summary>The status that most providers use for the kind.</summary>
    public int Status => Kind switch
    {
        _ when IsNotFound => 404,
        FaultKind.RateLimit or FaultKind.Quota => 429,
        FaultKind.BadGateway => 502,
        FaultKind.Unavailable => 503,
        FaultKind.GatewayTimeout => 504,
        FaultKind.RequestTimeout => 408,
        FaultKind.ClosedRequest => 499,
        FaultKind.Unauthorized => 401,
        FaultKind.Invalid or FaultKind.Moderation => 400,
        _ => 500,
    };

    public bool IsNotFound => Code == "not_found";

    public static Failure Of(Fault fault, string operation)
    {
        var seconds = (int)Math.Ceiling((fault.RetryAfter ?? TimeSpan.FromSeconds(1)).TotalSeconds);
        return new Failure(fault.Kind, operation, fault.Kind switch
        {
            FaultKind.RateLimit => $"Too many requests. Please retry after {seconds} seconds.",
            FaultKind.Quota => "Your current quota is used up. Check your plan and billing details.",
            FaultKind.BadGateway => "The gateway received an invalid answer from the model.",
            FaultKind.Unavailable => "The model is overloaded at the moment. Please try again later.",
            FaultKind.GatewayTimeout => "The model did not answer in time.",
            FaultKind.RequestTimeout => "The request took too long.",
            FaultKind.ClosedRequest => "The client closed the request.",
            FaultKind.Unauthorized => "The API key is missing or is not valid.",
            FaultKind.Invalid => "The request is not valid.",
            FaultKind.Moderation => "The request was rejected by the safety system: the prompt may contain content that is not allowed.",
            _ => "The server had an error while processing the request.",
        }, RetryAfterSeconds: seconds);
    }
}
