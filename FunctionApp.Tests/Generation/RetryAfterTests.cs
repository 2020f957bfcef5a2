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
    public void Read_HeaderThatSaysNothing_GivesNone(string header, string value) => Assert.Null(Read((header, value)));

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
    public void Read_SentenceOfTheError_GivesTheWait(string message, int milliseconds) =>
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), RetryAfter.Read(_ => null, Body(message), Now));

    [Theory]
    [InlineData("Please try again later.")]
    [InlineData("Please retry after the deployment has ended.")]
    [InlineData("Rate limit reached: 20 requests in 60 seconds.")]
    public void Read_SentenceWithoutAWait_GivesNone(string message) => Assert.Null(RetryAfter.Read(_ => null, Body(message), Now));

    private static TimeSpan? Read(params (string Name, string Value)[] headers)
    {
        var values = headers.ToDictionary(h => h.Name, h => h.Value, StringComparer.OrdinalIgnoreCase);
        return RetryAfter.Read(values.GetValueOrDefault, Body(null), Now);
    }

    private static ErrorBody Body(string? message) => new(null, null, null, message, null);
}
