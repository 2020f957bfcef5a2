namespace Atelier.Configuration;

/// <summary>A setting is missing, malformed or out of range. It stops the start with one line that names the setting.</summary>
/// <param name="setting">The setting's configuration path, parts separated by colons, for example <c>Providers:OpenAI:Endpoint</c>.</param>
/// <param name="message">One sentence that names the setting and says what it must be. Never the value of a secret.</param>
public sealed class SettingException(string setting, string message) : StartException(message)
{
    /// <summary>The setting's configuration path, parts separated by colons.</summary>
    public string Setting { get; } = setting;
}
