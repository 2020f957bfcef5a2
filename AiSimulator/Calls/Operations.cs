namespace AiSimulator.Calls;

/// <summary>What a call asks for. The names are those of fault rules, directives and the call log.</summary>
internal static class Operations
{
    /// <summary>A chat completion.</summary>
    public const string Text = "text";

    /// <summary>Images: a synchronous generation or the submission of an asynchronous job.</summary>
    public const string Image = "image";

    /// <summary>A look at an asynchronous job.</summary>
    public const string Poll = "poll";

    /// <summary>The end of an asynchronous job, asked for by the client.</summary>
    public const string Cancel = "cancel";

    /// <summary>A job's finished picture being fetched.</summary>
    public const string Download = "download";

    public static bool IsKnown(string name) => name is Text or Image or Poll or Cancel or Download;
}
