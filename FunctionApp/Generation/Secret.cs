namespace Atelier.Generation;

/// <summary>A key or password from configuration. Only <see cref="Reveal"/> returns it; its text, as in logs, is <c>***</c>.</summary>
internal sealed class Secret(string value)
{
    /// <summary>The secret itself, for the client that sends it.</summary>
    public string Reveal() => value;

    /// <inheritdoc/>
    public override string ToString() => "***";
}
