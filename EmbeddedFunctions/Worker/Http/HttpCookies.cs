namespace Microsoft.Azure.Functions.Worker.Http;

/// <summary>The cookies that a response sets.</summary>
public abstract class HttpCookies
{
    /// <summary>Sets a cookie.</summary>
    public abstract void Append(string name, string value);

    /// <summary>Sets a cookie.</summary>
    public abstract void Append(IHttpCookie cookie);

    /// <summary>Makes a cookie, which is not set yet.</summary>
    public abstract IHttpCookie CreateNew();
}

/// <summary>Whether a cookie goes along with requests from other sites.</summary>
public enum SameSite
{
    /// <summary>Not said.</summary>
    None,

    /// <summary>With navigation alone.</summary>
    Lax,

    /// <summary>Never.</summary>
    Strict,

    /// <summary>Always; said so.</summary>
    ExplicitNone,
}
