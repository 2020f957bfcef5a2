using Microsoft.DurableTask.Converters;

namespace Microsoft.DurableTask.Client;

/// <summary>Settings of a client.</summary>
public class DurableTaskClientOptions
{
    private DataConverter _dataConverter = JsonDataConverter.Default;

    /// <summary>The version of instances that are started without one; empty for none.</summary>
    public string DefaultVersion { get; set; } = string.Empty;

    /// <summary>Converts inputs and outputs; <see langword="null"/> sets it back to JSON.</summary>
    public DataConverter DataConverter
    {
        get => _dataConverter;
        set => _dataConverter = value ?? JsonDataConverter.Default;
    }
}
