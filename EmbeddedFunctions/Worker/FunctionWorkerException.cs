namespace Microsoft.Azure.Functions.Worker;

/// <summary>A function could not be run.</summary>
public class FunctionWorkerException : Exception
{
    /// <summary>Makes an exception.</summary>
    public FunctionWorkerException(string? message)
        : base(message)
    {
    }

    /// <summary>Makes an exception with its cause.</summary>
    public FunctionWorkerException(string? message, Exception? innerException)
        : base(message, innerException)
    {
    }
}

/// <summary>A value could not be converted to a function's parameter.</summary>
public class FunctionInputConverterException : FunctionWorkerException
{
    /// <summary>Makes an exception.</summary>
    public FunctionInputConverterException(string? message)
        : base(message)
    {
    }

    /// <summary>Makes an exception with its cause.</summary>
    public FunctionInputConverterException(string? message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
