namespace EmbeddedHost;

/// <summary>Why the host cannot start, in one line that is shown without a stack trace.</summary>
internal sealed class HostFailure : Exception
{
    public HostFailure(string message)
        : base(message)
    {
    }

    public HostFailure(string message, Exception cause)
        : base(message, cause)
    {
    }
}
