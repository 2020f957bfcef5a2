namespace EmbeddedFunctions;

/// <summary>The app cannot start: a function or a setting is wrong. The message names each, a line apiece.</summary>
public sealed class FunctionsStartupException : Exception
{
    /// <summary>One mistake, or several in lines.</summary>
    public FunctionsStartupException(string message)
        : base(message)
    {
    }

    /// <summary>All mistakes that were found.</summary>
    public FunctionsStartupException(IReadOnlyList<string> mistakes)
        : base(string.Join(Environment.NewLine, mistakes))
    {
    }
}
