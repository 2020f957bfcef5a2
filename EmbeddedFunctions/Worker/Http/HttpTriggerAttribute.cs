using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

namespace Microsoft.Azure.Functions.Worker;

/// <summary>Runs the function for HTTP requests; the parameter receives the request.</summary>
[AttributeUsage(AttributeTargets.Parameter)]
public sealed class HttpTriggerAttribute : TriggerBindingAttribute
{
    /// <summary>Takes every method, with a function key.</summary>
    public HttpTriggerAttribute()
        : this(AuthorizationLevel.Function)
    {
    }

    /// <summary>Takes the given methods, with a function key.</summary>
    public HttpTriggerAttribute(params string[] methods)
        : this(AuthorizationLevel.Function, methods)
    {
    }

    /// <summary>Takes every method.</summary>
    public HttpTriggerAttribute(AuthorizationLevel authLevel) => AuthLevel = authLevel;

    /// <summary>Takes the given methods.</summary>
    public HttpTriggerAttribute(AuthorizationLevel authLevel, params string[] methods)
    {
        AuthLevel = authLevel;
        Methods = methods;
    }

    /// <summary>The route template, after the prefix that host.json sets; <see langword="null"/> for the function's name.</summary>
    public string? Route { get; set; }

    /// <summary>The methods taken, in any case; <see langword="null"/> or none for all.</summary>
    public string[]? Methods { get; }

    /// <summary>Which key a caller must show. Default is <see cref="AuthorizationLevel.Function"/>.</summary>
    public AuthorizationLevel AuthLevel { get; }
}
