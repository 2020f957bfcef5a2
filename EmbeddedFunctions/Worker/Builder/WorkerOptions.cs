using System.Text.Json;
using Azure.Core.Serialization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Microsoft.Azure.Functions.Worker;

/// <summary>Configures the worker. Set with <c>builder.Services.Configure&lt;WorkerOptions&gt;(...)</c>.</summary>
public class WorkerOptions
{
    private ObjectSerializer? _serializer;

    /// <summary>
    /// Reads and writes JSON for functions that use <c>HttpRequestData</c> and <c>HttpResponseData</c>, and in conversions of parameters. Default
    /// is one with the configured <c>JsonSerializerOptions</c>, which write names as declared and read them in any case.
    /// </summary>
    /// <remarks>The data of orchestrations is not written by it here.</remarks>
    public ObjectSerializer? Serializer
    {
        get => _serializer ??= Json is null ? null : new JsonObjectSerializer(Json);
        set => _serializer = value;
    }

    /// <summary>What converts the values of parameters, in the order in which they are asked.</summary>
    public InputConverterCollection InputConverters { get; } = new();

    /// <summary>What the worker says of itself to a host in another process; there is none here, so nothing reads it.</summary>
    public IDictionary<string, string> Capabilities { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["HandlesWorkerTerminateMessage"] = bool.TrueString,
        ["HandlesInvocationCancelMessage"] = bool.TrueString,
        [nameof(IncludeEmptyEntriesInMessagePayload)] = bool.TrueString,
        [nameof(EnableUserCodeException)] = bool.TrueString,
    };

    /// <summary>Whether a function's own exception is what callers see; it always is.</summary>
    public bool EnableUserCodeException
    {
        get => Has(nameof(EnableUserCodeException));
        set => Set(nameof(EnableUserCodeException), value);
    }

    /// <summary>Whether a batch of messages holds its empty ones too; no trigger of this host has batches.</summary>
    public bool IncludeEmptyEntriesInMessagePayload
    {
        get => Has(nameof(IncludeEmptyEntriesInMessagePayload));
        set => Set(nameof(IncludeEmptyEntriesInMessagePayload), value);
    }

    /// <summary>What the serializer of an application that sets none is made of when it is first wanted: few want it, and it has a library of its own.</summary>
    internal JsonSerializerOptions? Json { get; set; }

    /// <summary>Whether the application has set a serializer.</summary>
    internal bool HasSerializer => _serializer is not null;

    /// <summary>Whether the application has configured its JSON otherwise than it is by default.</summary>
    internal bool HasOwnJson { get; set; }

    /// <summary>The serializer of the application that an invocation belongs to.</summary>
    internal static ObjectSerializer SerializerOf(FunctionContext context) =>
        context.InstanceServices.GetService<IOptions<WorkerOptions>>()?.Value.Serializer
        ?? throw new InvalidOperationException("A serializer is not configured for the worker.");

    private bool Has(string capability) => Capabilities.TryGetValue(capability, out var text) && bool.TryParse(text, out var value) && value;

    private void Set(string capability, bool value)
    {
        if (value) Capabilities[capability] = bool.TrueString;
        else Capabilities.Remove(capability);
    }
}
