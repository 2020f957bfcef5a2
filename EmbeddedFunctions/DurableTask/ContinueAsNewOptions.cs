namespace Microsoft.DurableTask;

/// <summary>How an orchestration starts over.</summary>
public class ContinueAsNewOptions
{
    /// <summary>The next run's input.</summary>
    public object? NewInput { get; set; }

    /// <summary>Whether events that nobody has taken yet are kept, in order, for the next run. Default: true.</summary>
    public bool PreserveUnprocessedEvents { get; set; } = true;

    /// <summary>The next run's version; <see langword="null"/> for the same one.</summary>
    public string? NewVersion { get; set; }
}
