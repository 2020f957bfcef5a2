using System.Text;
using Atelier.Access.EasyAuth;

namespace FunctionApp.Tests.Access;

/// <summary>Which claims identify a caller and which give a verified e-mail address.</summary>
public sealed class ClientPrincipalTests
{
    private const string LongEmail = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress";
    private const string LongObjectId = "http://schemas.microsoft.com/identity/claims/objectidentifier";
    private const string LongSubject = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/nameidentifier";

    [Theory]
    [InlineData("aad", "oid=1|preferred_username=ann@example.org", "aad:1", "ann@example.org")]
    [InlineData("aad", LongObjectId + "=1|" + LongSubject + "=2|upn=ann@example.org", "aad:1", "ann@example.org")]
    // Anyone can put any address into a profile of their own tenant.
    [InlineData("aad", "oid=1|email=boss@example.org", "aad:1", null)]
    [InlineData("aad", "oid=1|email=boss@example.org|preferred_username=eve@evil.net", "aad:1", "eve@evil.net")]
    [InlineData("aad", "oid=1|email=ann@example.org|xms_edov=1|preferred_username=ann@tenant.net", "aad:1", "ann@example.org")]
    [InlineData("google", LongSubject + "=7|" + LongEmail + "=ann@example.org|email_verified=true", "google:7", "ann@example.org")]
    [InlineData("google", "sub=7|email=ann@example.org|email_verified=false", "google:7", null)]
    [InlineData("google", "sub=7|preferred_username=ann@example.org", "google:7", null)]
    // Only Entra ID has object ids.
    [InlineData("facebook", "oid=1|sub=8", "facebook:8", null)]
    [InlineData("aad", "name=Ann", null, null)]
    [InlineData("", "oid=1", null, null)]
    public void ToCaller_Claims_GivesTheProvidersIdAndTheVerifiedEmail(string provider, string claims, string? userId, string? email)
    {
        var list = string.Join(',', claims.Split('|').Select(claim => $$"""{"typ":"{{claim[..claim.LastIndexOf('=')]}}","val":"{{claim[(claim.LastIndexOf('=') + 1)..]}}"}"""));

        var caller = Parse($$"""{"auth_typ":"{{provider}}","claims":[{{list}}],"name_typ":"name","role_typ":"roles"}""")!.ToCaller();

        Assert.Equal(userId, caller?.UserId);
        Assert.Equal(email, caller?.Email);
    }

    [Theory]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("7")]
    [InlineData("{")]
    [InlineData("""{"claims":{}}""")]
    [InlineData("""{"auth_typ":"aad","claims":[{"typ":"oid","val":"\ud800"}]}""")]
    [InlineData("""{"auth_typ":"aad","claims":[{"typ":"oid","val":"1\u0000"}]}""")]
    [InlineData("""{"auth_typ":"aad","claims":[null]}""")]
    [InlineData("""{"auth_typ":"aad","claims":[{"typ":null,"val":null}]}""")]
    public void Parse_InvalidPrincipal_GivesNoCaller(string json) => Assert.Null(Parse(json)?.ToCaller());

    [Fact]
    public void ToCaller_IdTooLong_GivesNoCaller() =>
        Assert.Null(Parse($$"""{"auth_typ":"aad","claims":[{"typ":"oid","val":"{{new string('1', 250)}}"}]}""")!.ToCaller());

    private static ClientPrincipal? Parse(string json) => ClientPrincipal.Parse(Convert.ToBase64String(Encoding.UTF8.GetBytes(json)));
}
