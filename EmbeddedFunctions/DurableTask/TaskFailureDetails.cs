using System.Reflection;

namespace Microsoft.DurableTask;

/// <summary>What is kept of an exception: it survives a restart, where the exception itself does not.</summary>
/// <param name="ErrorType">The exception's full type name.</param>
/// <param name="ErrorMessage">The exception's message, unchanged.</param>
/// <param name="StackTrace">Where it was thrown, if known.</param>
/// <param name="InnerFailure">The failure behind it, if any.</param>
/// <param name="Properties">Further values of the exception, if any were taken along.</param>
public record TaskFailureDetails(
    string ErrorType,
    string ErrorMessage,
    string? StackTrace,
    TaskFailureDetails? InnerFailure,
    IDictionary<string, object?>? Properties)
{
    /// <summary>Takes down an exception with the chain of its inner exceptions.</summary>
    /// <remarks>A <see cref="TaskFailedException"/> has no inner exception as a rule: its failure takes that place.</remarks>
    public static TaskFailureDetails FromException(Exception exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        var inner = exception switch
        {
            TaskFailedException failed => failed.FailureDetails,
            { InnerException: { } cause } => FromException(cause),
            _ => null,
        };
        return new TaskFailureDetails(exception.GetType().ToString(), exception.Message, exception.StackTrace, inner, null);
    }

    /// <summary>Whether the failure was an exception of a type or of one derived from it. Inner failures are not looked at.</summary>
    /// <exception cref="AmbiguousMatchException">Several loaded assemblies have an exception of that name.</exception>
    public bool IsCausedBy<T>()
        where T : Exception
        => IsCausedBy(typeof(T));

    /// <inheritdoc cref="IsCausedBy{T}"/>
    /// <exception cref="ArgumentException">The type is not an exception.</exception>
    public bool IsCausedBy(Type targetBaseExceptionType)
    {
        ArgumentNullException.ThrowIfNull(targetBaseExceptionType);
        if (!typeof(Exception).IsAssignableFrom(targetBaseExceptionType))
        {
            throw new ArgumentException($"{targetBaseExceptionType} is not an exception type.", nameof(targetBaseExceptionType));
        }

        return !string.IsNullOrEmpty(ErrorType)
            && FindType(ErrorType, targetBaseExceptionType.Assembly) is { } type
            && targetBaseExceptionType.IsAssignableFrom(type);
    }

    /// <summary>The type's name and the message.</summary>
    public override string ToString() => $"{ErrorType}: {ErrorMessage}";

    /// <summary>Finds a type by its full name: in the base library, then beside the type asked about, then anywhere.</summary>
    private static Type? FindType(string name, Assembly nearby)
    {
        if ((Type.GetType(name, throwOnError: false) ?? nearby.GetType(name, throwOnError: false)) is { } known) return known;

        Type? found = null;
        foreach (var assembly in AppDomain.CurrentDomain.GetAssemblies())
        {
            if (assembly.GetType(name, throwOnError: false) is not { } type) continue;
            if (found is not null)
            {
                throw new AmbiguousMatchException($"'{name}' is a type of {found.Assembly.GetName().Name} and of {assembly.GetName().Name}.");
            }

            found = type;
        }

        return found;
    }
}
