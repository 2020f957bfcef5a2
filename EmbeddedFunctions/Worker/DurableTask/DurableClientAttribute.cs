using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

namespace Microsoft.Azure.Functions.Worker;

/// <summary>Hands the parameter a client for orchestrations.</summary>
[AttributeUsage(AttributeTargets.Parameter)]
public sealed class DurableClientAttribute : InputBindingAttribute
{
    /// <summary>The task hub; <see langword="null"/> for the application's own.</summary>
    public string? TaskHub { get; set; }

    /// <summary>The setting that names the store; <see langword="null"/> for the application's own.</summary>
    public string? ConnectionName { get; set; }
}
