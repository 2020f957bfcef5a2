using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Atelier.Generation;
using Atelier.Generation.Callbacks;

namespace FunctionApp.Tests.Generation.Callbacks;

public sealed class CallbackSignatureTests
{
    private const string Body = """{"id":"ufawqhfynnddngldkgtslldrkq","status":"succeeded"}""";
    private static readonly byte[] Key = Convert.FromBase64String("C2FVsBQIhrscChlQIMV+b5sSYspob7oD");
    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(1_674_087_231);

    // The test vector of Replicate's own client (https://github.com/replicate/replicate-javascript/blob/main/index.test.ts), which comes from Svix,
    // the authors of Standard Webhooks.
    [Theory]
    [InlineData("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", true)]
    [InlineData("v1,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc= v2,Gur4pLd03KjHi8+6KK/jXgfEFYuXjGXpJQC1ytqW6ug= v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", true)]
    [InlineData("v1,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc=", false)]
    [InlineData("v2,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", false)]
    [InlineData("g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", false)]
    public void Standard_PublishedVector_IsVerified(string signatures, bool isTaken)
    {
        var key = Convert.FromBase64String("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
        var headers = new Dictionary<string, string>
        {
            ["webhook-id"] = "msg_p5jXN8AQM9LWM0D4loKWxJek",
            ["webhook-timestamp"] = "1614265330",
            ["webhook-signature"] = signatures,
        };

        var failure = Record.Exception(() =>
            Verify(key, headers, """{"test": 2432232314}""", DateTimeOffset.FromUnixTimeSeconds(1_614_265_330)));

        if (isTaken) Assert.Null(failure);
        else Assert.IsType<CallbackRefusedException>(failure);
    }

    [Fact]
    public void Standard_OneOfSeveralSignaturesMatches_IsVerified() =>
        Verify(Headers(Now, $"v1,AAAA v2,{Sign(Now)} v1,{Sign(Now)}"));

    [Theory]
    [InlineData("")]
    [InlineData("v1,")]
    [InlineData("v1,not base64")]
    [InlineData("v1,AAAA")]
    [InlineData("v1")]
    public void Standard_NoneMatches_IsRefused(string signature) =>
        Assert.Throws<CallbackRefusedException>(() => Verify(Headers(Now, signature)));

    [Fact]
    public void Standard_TrueSignatureUnderAnotherVersion_IsRefused() =>
        Assert.Throws<CallbackRefusedException>(() => Verify(Headers(Now, $"v2,{Sign(Now)}")));

    [Theory]
    [InlineData(-300, true)]
    [InlineData(300, true)]
    [InlineData(-301, false)]
    [InlineData(301, false)]
    public void Standard_Timestamp_MayBeFiveMinutesOff(int seconds, bool isTaken)
    {
        var time = Now.AddSeconds(seconds);
        var headers = Headers(time, $"v1,{Sign(time)}");

        if (isTaken) Verify(headers);
        else Assert.Throws<CallbackRefusedException>(() => Verify(headers));
    }

    [Fact]
    public void Standard_BodyChanged_IsRefused() =>
        Assert.Throws<CallbackRefusedException>(
            () => Verify(Key, Headers(Now, $"v1,{Sign(Now)}"), Body.Replace("succeeded", "failed", StringComparison.Ordinal), Now));

    [Theory]
    [InlineData("webhook-id", null)]
    [InlineData("webhook-signature", null)]
    [InlineData("webhook-signature", "v1,AAAA")]
    [InlineData("webhook-timestamp", "1674000000")]
    [InlineData("webhook-timestamp", "9223372036854775807")]
    [InlineData("webhook-timestamp", "-9223372036854775808")]
    [InlineData("webhook-timestamp", "nonsense")]
    public void Standard_HeadersThatCannotBeRight_AreRefusedBeforeTheBody(string name, string? value)
    {
        var headers = Headers(Now, $"v1,{Sign(Now)}");
        headers.Remove(name);
        if (value is not null) headers[name] = value;

        Assert.Throws<CallbackRefusedException>(() => CallbackSignature.BeginStandard(Key, headers.GetValueOrDefault, Now));
    }

    private static void Verify(Dictionary<string, string> headers) => Verify(Key, headers, Body, Now);

    // In pieces, as a body arrives.
    private static void Verify(byte[] key, Dictionary<string, string> headers, string body, DateTimeOffset now)
    {
        using var signature = CallbackSignature.BeginStandard(key, headers.GetValueOrDefault, now);
        foreach (var piece in Encoding.UTF8.GetBytes(body).Chunk(7)) signature.Append(piece);
        signature.Verify();
    }

    private static Dictionary<string, string> Headers(DateTimeOffset time, string signature) => new()
    {
        ["webhook-id"] = "msg_1",
        ["webhook-timestamp"] = time.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture),
        ["webhook-signature"] = signature,
    };

    private static string Sign(DateTimeOffset time) =>
        Convert.ToBase64String(HMACSHA256.HashData(Key, Encoding.UTF8.GetBytes($"msg_1.{time.ToUnixTimeSeconds()}.{Body}")));
}
