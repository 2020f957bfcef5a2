namespace Atelier.Generation;

/// <summary>A key or password from configuration. It shows itself only where it is asked to by name, never in a log or a record's text.</summary>
internal sealed class Secret(string value)
{
    /// <summary>The secret itself, for the client that sends it.</summary>
    public string Reveal() => value;

    /// <inheritdoc/>
    public override string ToString() => "***";
}
