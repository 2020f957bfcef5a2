namespace EmbeddedFunctions;

/// <summary>The application cannot start as it is: the message has a line for everything that is wrong.</summary>
public sealed class FunctionsStartupException : Exception
{
    /// <summary>Tells of one mistake.</summary>
    public FunctionsStartupException(string problem)
        : this([problem])
    {
    }

    /// <summary>Tells of all mistakes at once.</summary>
    public FunctionsStartupException(IReadOnlyList<string> problems)
        : base(string.Join(Environment.NewLine, problems)) => Problems = problems;

    /// <summary>The mistakes, a sentence each, with the function's or setting's name.</summary>
    public IReadOnlyList<string> Problems { get; }
}
