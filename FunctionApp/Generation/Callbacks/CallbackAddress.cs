using Atelier.Configuration;
namespace Atelier.Generation.Callbacks;

/// <summary>Where asynchronous providers report to: <c>{PublicUrl}/api/callbacks/{provider}/{campaign}/{part}</c>.</summary>
/// <param name="publicUrl">This application's own address as providers reach it; null where it is not configured.</param>
internal sealed class CallbackAddress(Uri? publicUrl)
{
    /// <summary>The setting that holds the address.</summary>
    public const string Setting = "PublicUrl";

    /// <summary>Whether there is one.</summary>
    public bool IsKnown => publicUrl is not null;

    /// <summary>Whether it can be reached over TLS.</summary>
    public bool IsSecure => publicUrl?.Scheme == Uri.UriSchemeHttps;

    /// <summary>Reads <c>PublicUrl</c>.</summary>
    /// <exception cref="SettingException">It is not an absolute http(s) URL.</exception>
    public static CallbackAddress Read(IConfiguration configuration)
    {
        if (configuration[Setting]?.Trim() is not { Length: > 0 } text)
            return new CallbackAddress(null);
        return Uri.TryCreate(text, UriKind.Absolute, out var url) && (url.Scheme == Uri.UriSchemeHttp || url.Scheme == Uri.UriSchemeHttps) && url is { Query: "", Fragment: "", UserInfo: "" }
            ? new CallbackAddress(url)
            : throw new SettingException(Setting, $"Setting '{Setting}' must be an absolute http(s) URL without credentials, query or fragment.");
    }

    /// <summary>Where a provider reports about one part.</summary>
    public string For(string provider, GenerationCall call) =>
        $"{publicUrl?.AbsoluteUri.TrimEnd('/')}/api/callbacks/{provider}/{call.CampaignId:D}/{call.Part}";
}
