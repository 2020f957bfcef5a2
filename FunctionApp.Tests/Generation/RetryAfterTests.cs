using Atelier.Generation.Failures;

namespace FunctionApp.Tests.Generation;

public sealed class RetryAfterTests
{
    private static readonly DateTimeOffset Now = new(2026, 8, 3, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("retry-after-ms", "250", 250)]
    [InlineData("x-ms-retry-after-ms", "250", 250)]
    [InlineData("Retry-After", "7", 7_000)]
    [InlineData("Retry-After", "1.5", 1_500)]
    [InlineData("Retry-After", "0", 0)]
    [InlineData("Retry-After", "-5", 0)]
    [InlineData("Retry-After", "Mon, 03 Aug 2026 12:00:30 GMT", 30_000)]
    [InlineData("Retry-After", "Mon, 03 Aug 2026 11:00:00 GMT", 0)]
    [InlineData("Retry-After", "86400", 3_600_000)]
    [InlineData("Retry-After", "1e300", 3_600_000)]
    [InlineData("Retry-After", "Tue, 04 Aug 2026 12:00:00 GMT", 3_600_000)]
    public void Read_Header_GivesTheWait(string header, string value, int milliseconds) =>
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), Read((header, value)));

    [Theory]
    [InlineData("Retry-After", "soon")]
    [InlineData("Retry-After", "")]
    [InlineData("Retry-After", "NaN")]
    [InlineData("retry-after-ms", "∞")]
    public void Read_InvalidHeader_GivesNone(string header, string value) => Assert.Null(Read((header, value)));

    [Fact]
    public void Read_MillisecondsBesideSeconds_TakesTheMoreExact() =>
        Assert.Equal(TimeSpan.FromMilliseconds(1_200), Read(("Retry-After", "2"), ("retry-after-ms", "1200")));

    [Fact]
    public void Read_UnreadableMilliseconds_TakesTheSeconds() =>
        Assert.Equal(TimeSpan.FromSeconds(2), Read(("retry-after-ms", "?"), ("Retry-After", "2")));

    [Theory]
    [InlineData("Please retry after 26 seconds.", 26_000)]
    [InlineData("Please retry after 1 second or raise the limit.", 1_000)]
    [InlineData("Please try again in 350ms.", 350)]
    [InlineData("Please try again in 1m30.5s. Visit the limits page.", 90_500)]
    [InlineData("Please try again in 2h1m0s.", 3_600_000)]
    [InlineData("Please try again in 20s.", 20_000)]
    [InlineData("Please try again in 6m0s.", 360_000)]
    [InlineData("Please try again later, but not before you wait 5 minutes.", 300_000)]
    [InlineData("Please retry in 45.578569677s.", 45_578)]
    [InlineData("retry in 10s", 10_000)]
    [InlineData("Your rate limit resets in ~10s.", 10_000)]
    [InlineData("The limit resets after 1 minute 30 seconds.", 90_000)]
    [InlineData("reset in about 1 hour", 3_600_000)]
    [InlineData("Please wait for 250 ms.", 250)]
    [InlineData("(retry 3 of 5) Please retry in 10 secs", 10_000)]
    public void Read_SentenceOfTheError_GivesTheWait(string message, int milliseconds) =>
        Assert.Equal(milliseconds, (long)RetryAfter.Read(_ => null, Body(message), Now)!.Value.TotalMilliseconds);

    [Theory]
    [InlineData("""{"detail":"Request was throttled.","status":429,"retry_after":10}""", 10_000)]
    [InlineData("""{"detail":"Request was throttled.","retry_after":"10"}""", 10_000)]
    [InlineData("""{"error":{"message":"Slow down.","retry_after":2.5}}""", 2_500)]
    [InlineData("""{"error":{"message":"Slow down."},"retry_after":"1m30s"}""", 90_000)]
    [InlineData("""[{"error":{"code":429,"details":[{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"34s"}]}}]""", 34_000)]
    [InlineData("""{"error":{"details":[{"retryDelay":"0.5s"}]}}""", 500)]
    public void Read_FieldOfTheBody_GivesTheWait(string body, int milliseconds) =>
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), RetryAfter.Read(_ => null, ErrorBody.Parse(body), Now));

    [Theory]
    [InlineData("Please try again later.")]
    [InlineData("Please retry after the deployment has ended.")]
    [InlineData("Rate limit reached: 20 requests in 60 seconds.")]
    [InlineData("The industry 5 s standard is not met.")]
    [InlineData("Please retry 3 of 5.")]
    public void Read_SentenceWithoutAWait_GivesNone(string message) => Assert.Null(RetryAfter.Read(_ => null, Body(message), Now));

    private static TimeSpan? Read(params (string Name, string Value)[] headers)
    {
        var values = headers.ToDictionary(h => h.Name, h => h.Value, StringComparer.OrdinalIgnoreCase);
        return RetryAfter.Read(values.GetValueOrDefault, Body(null), Now);
    }

    private static ErrorBody Body(string? message) => new([], message);
}
