using Microsoft.DurableTask.Converters;

namespace Microsoft.DurableTask.Client;

/// <summary>A serialized value together with what reads it.</summary>
public sealed class SerializedData
{
    /// <summary>Makes serialized data; without a converter it is read as JSON.</summary>
    public SerializedData(string data, DataConverter? converter = null)
    {
        ArgumentNullException.ThrowIfNull(data);
        Value = data;
        Converter = converter ?? JsonDataConverter.Default;
    }

    /// <summary>The text.</summary>
    public string Value { get; }

    /// <summary>Reads the text.</summary>
    public DataConverter Converter { get; }

    /// <summary>The value.</summary>
    public T? ReadAs<T>() => Converter.Deserialize<T>(Value);
}
