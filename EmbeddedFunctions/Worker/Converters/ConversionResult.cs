namespace Microsoft.Azure.Functions.Worker.Converters;

/// <summary>What came of a conversion.</summary>
public readonly struct ConversionResult
{
    private ConversionResult(ConversionStatus status, object? value, Exception? error)
    {
        Status = status;
        Value = value;
        Error = error;
    }

    /// <summary>Whether there is a value, an error, or neither.</summary>
    public ConversionStatus Status { get; }

    /// <summary>The value, where it succeeded.</summary>
    public object? Value { get; }

    /// <summary>The error, where it failed.</summary>
    public Exception? Error { get; }

    /// <summary>The next converter is to be asked.</summary>
    public static ConversionResult Unhandled() => default;

    /// <summary>The parameter gets the value.</summary>
    public static ConversionResult Success(object? value) => new(ConversionStatus.Succeeded, value, error: null);

    /// <summary>The invocation fails.</summary>
    public static ConversionResult Failed(Exception exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        return new(ConversionStatus.Failed, value: null, exception);
    }
}

/// <summary>How a conversion ended.</summary>
public enum ConversionStatus
{
    /// <summary>It is another converter's business.</summary>
    Unhandled,

    /// <summary>There is a value.</summary>
    Succeeded,

    /// <summary>There is an error.</summary>
    Failed,
}
