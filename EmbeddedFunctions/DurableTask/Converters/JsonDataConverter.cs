using System.Text.Json;

namespace Microsoft.DurableTask.Converters;

/// <summary>Converts with System.Text.Json.</summary>
public class JsonDataConverter : DataConverter
{
    // What the official converter writes and reads without options, so that data written by one is read by the other.
    private static readonly JsonSerializerOptions WithFields = new() { IncludeFields = true };

    private readonly JsonSerializerOptions _options;
    private readonly bool _byOwnType;

    /// <summary>Makes a converter; without options it writes names as declared, fields included, and reads them case-sensitively.</summary>
    public JsonDataConverter(JsonSerializerOptions? options = null) => _options = options ?? WithFields;

    private JsonDataConverter(JsonSerializerOptions options, bool byOwnType)
        : this(options) => _byOwnType = byOwnType;

    /// <summary>The converter without options.</summary>
    public static JsonDataConverter Default { get; } = new();

    /// <summary>
    /// The converter of functions, by the worker's options: names are written as declared and read in any case, fields are left out.
    /// It carries inputs, results, events and statuses. A value is written as what it is: without the discriminator that marks it as one of a
    /// base type's derived types.
    /// </summary>
    internal static JsonDataConverter Worker { get; } = new(new JsonSerializerOptions { PropertyNameCaseInsensitive = true }, byOwnType: true);

    /// <inheritdoc/>
    public override string? Serialize(object? value) => value is null ? null
        : _byOwnType ? JsonSerializer.Serialize(value, value.GetType(), _options)
        : JsonSerializer.Serialize(value, _options);

    /// <inheritdoc/>
    /// <exception cref="JsonException">The text is not JSON, or does not fit the type.</exception>
    public override object? Deserialize(string? data, Type targetType)
        => data is null ? null : JsonSerializer.Deserialize(data, targetType, _options);
}
