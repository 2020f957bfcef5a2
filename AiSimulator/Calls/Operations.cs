namespace AiSimulator.Calls;

/// <summary>What a call asks for. The names are those of fault rules, directives and the call log.</summary>
internal static class Operations
{
    /// <summary>A chat completion.</summary>
    public const string Text = "text";

    /// <summary>Images: a synchronous generation or the submission of an asynchronous job.</summary>
    public const string Image = "image";

    /// <summary>Reading the state of an asynchronous job.</summary>
    public const string Poll = "poll";

    /// <summary>Canceling an asynchronous job.</summary>
    public const string Cancel = "cancel";

    /// <summary>Fetching a job's picture.</summary>
    public const string Download = "download";

    public static bool IsKnown(string name) => name is Text or Image or Poll or Cancel or Download;
}
