namespace Atelier.Configuration;

/// <summary>A setting is missing, malformed or out of range: the start stops with this one line.</summary>
/// <remarks>The message names the setting and never carries its value, which may be a secret.</remarks>
public sealed class SettingException : Exception
{
    /// <summary>Names the setting and says what is wrong with it.</summary>
    /// <param name="setting">The setting's name as in configuration, with colons.</param>
    /// <param name="problem">The rest of the sentence, such as "is missing".</param>
    /// <param name="innerException">What failed when the setting was used; <see langword="null"/> for none.</param>
    public SettingException(string setting, string problem, Exception? innerException = null)
        : base($"Setting '{setting}' {problem}", innerException) => Setting = setting;

    /// <summary>The setting's name as in configuration, with colons.</summary>
    public string Setting { get; }
}
