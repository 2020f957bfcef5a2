namespace DurableTask.Core.Exceptions;

/// <summary>An instance is started under the id of one that has not ended.</summary>
public class OrchestrationAlreadyExistsException : InvalidOperationException
{
    /// <summary>Makes the exception.</summary>
    public OrchestrationAlreadyExistsException()
    {
    }

    /// <summary>Makes the exception with a message.</summary>
    public OrchestrationAlreadyExistsException(string message)
        : base(message)
    {
    }

    /// <summary>Makes the exception with a message and a cause.</summary>
    public OrchestrationAlreadyExistsException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
