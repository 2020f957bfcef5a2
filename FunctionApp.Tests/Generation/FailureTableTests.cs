using System.Text;
using System.Text.Json;
using Atelier.Generation;
using Atelier.Generation.Failures;
using Atelier.Generation.Http;

namespace FunctionApp.Tests.Generation;

/// <summary>Each row of the table of failures, and a check that every row has a test.</summary>
public sealed class FailureTableTests
{
    private static readonly FailureClassifier Classifier = new(TimeProvider.System, new SecretRedactor([]));

    private static readonly (string Theirs, string Ours)[] CodeRows =
    [
        ("moderation_blocked", "moderation_blocked"),
        ("moderation", "moderation_blocked"),
        ("content_filter", "content_filter"),
        ("contentFilter", "content_filter"),
        ("ResponsibleAIPolicyViolation", "content_filter"),
        ("content_policy_violation", "content_filter"),
        ("insufficient_quota", "quota_exceeded"),
        ("billing_hard_limit_reached", "quota_exceeded"),
        ("billing_not_active", "quota_exceeded"),
        ("API_KEY_INVALID", "unauthorized"),
    ];

    private static readonly (string Theirs, string Ours)[] SuccessRows =
    [
        ("rate_limited", "rate_limited"),
        ("rate_limit_exceeded", "rate_limited"),
        ("rate_limit_error", "rate_limited"),
        ("RESOURCE_EXHAUSTED", "rate_limited"),
        ("DEADLINE_EXCEEDED", "timeout"),
        ("CANCELLED", "connection_failed"),
        ("invalid_api_key", "unauthorized"),
        ("authentication_error", "unauthorized"),
        ("UNAUTHENTICATED", "unauthorized"),
        ("permission_error", "forbidden"),
        ("PERMISSION_DENIED", "forbidden"),
        ("model_not_found", "not_found"),
        ("NOT_FOUND", "not_found"),
        ("invalid_request_error", "invalid_request"),
        ("INVALID_ARGUMENT", "invalid_request"),
    ];

    private static readonly (string Theirs, string Ours)[] SentenceRows =
    [
        ("NSFW content detected. Try running it again, or try a different prompt.", "moderation_blocked"),
        ("All generated images contained NSFW content.", "moderation_blocked"),
        ("The input or output was flagged as sensitive.", "moderation_blocked"),
        ("The content could not be processed because it contained material flagged by a content checker.", "moderation_blocked"),
        ("Your request was rejected by the safety system.", "moderation_blocked"),
        ("Your request was rejected as a result of our safety system.", "moderation_blocked"),
        ("Rate limit exceeded: free-models-per-day", "quota_exceeded"),
    ];

    public static TheoryData<string, string> Codes => Data(CodeRows);

    public static TheoryData<string, string> CodesInSuccess => Data(SuccessRows);

    public static TheoryData<string, string> Sentences => Data(SentenceRows);

    [Fact]
    public void Table_EveryRow_HasItsTest()
    {
        Assert.Equal(FailureTable.Codes.Keys.Order(), CodeRows.Select(row => row.Theirs).Order(), StringComparer.OrdinalIgnoreCase);
        Assert.Equal(FailureTable.CodesInSuccess.Keys.Order(), SuccessRows.Select(row => row.Theirs).Order(), StringComparer.OrdinalIgnoreCase);
        Assert.Equal(FailureTable.Sentences.Select(row => row.Sentence), SentenceRows.Select(row => row.Theirs));
    }

    [Theory]
    [MemberData(nameof(Codes))]
    public void Code_InAnyOfItsFieldsAndUnderAnyStatus_Decides(string theirs, string ours)
    {
        string[] bodies =
        [
            $$$"""{"error":{"code":"{{{theirs}}}","message":"No."}}""",
            $$$"""{"error":{"type":"{{{theirs}}}","message":"No."}}""",
            $$$"""[{"error":{"code":400,"innererror":{"code":"{{{theirs}}}"} } }]""",
            $$$"""{"error":{"details":[{"reason":"{{{theirs}}}"}]}}""",
            $$$"""{"detail":[{"loc":["body","prompt"],"msg":"No.","type":"{{{theirs}}}"}]}""",
        ];
        foreach (var status in (int[])[400, 403, 422, 429, 500])
            Assert.All(bodies, body => Assert.Equal(ours, Failure(status, body).Code));
        Assert.Equal(ours, InSuccess(bodies[0]).Code);
    }

    [Theory]
    [MemberData(nameof(CodesInSuccess))]
    public void CodeInSuccess_InAnErrorStatus_IsIgnored(string theirs, string ours)
    {
        var body = $$$"""{"error":{"status":"{{{theirs}}}","message":"No."}}""";

        Assert.Equal(ours, InSuccess(body).Code);
        Assert.Equal("server_error", Failure(500, body).Code);
    }

    [Theory]
    [MemberData(nameof(Sentences))]
    public void Sentence_Complete_Decides(string theirs, string ours)
    {
        Assert.Equal(ours, Failure(400, JsonSerializer.Serialize(new { error = new { message = $"Sorry. {theirs.TrimEnd('.')} (E005)" } })).Code);
        Assert.Equal(ours, Classifier.JobFailed("one", new ErrorBody([], theirs.ToUpperInvariant())).Code);
        Assert.NotEqual(ours, Classifier.JobFailed("one", new ErrorBody([], theirs[..(theirs.Length / 2)])).Code);
    }

    [Theory]
    [InlineData("The safety checker could not be loaded.")]
    [InlineData("moderation model missing")]
    [InlineData("nsfw_detector.bin: No such file or directory")]
    [InlineData("Content policy service unavailable")]
    [InlineData("The output was flagged as sensitive to rounding")]
    public void JobFailed_BareWords_DecideNothing(string message)
    {
        var failure = Classifier.JobFailed("one", new ErrorBody([], message));

        Assert.Equal(("server_error", true), (failure.Code, failure.IsTransient));
    }

    [Theory]
    [InlineData(302, "invalid_request")]
    [InlineData(400, "invalid_request")]
    [InlineData(401, "unauthorized")]
    [InlineData(402, "quota_exceeded")]
    [InlineData(403, "forbidden")]
    [InlineData(404, "not_found")]
    [InlineData(405, "invalid_request")]
    [InlineData(408, "timeout")]
    [InlineData(409, "conflict")]
    [InlineData(413, "invalid_request")]
    [InlineData(418, "invalid_request")]
    [InlineData(422, "invalid_request")]
    [InlineData(425, "conflict")]
    [InlineData(429, "rate_limited")]
    [InlineData(451, "invalid_request")]
    [InlineData(499, "connection_failed")]
    [InlineData(500, "server_error")]
    [InlineData(502, "server_error")]
    [InlineData(503, "server_error")]
    [InlineData(504, "timeout")]
    [InlineData(529, "server_error")]
    public void Status_WithoutAKnownCode_Decides(int status, string code)
    {
        Assert.Equal((code, (int?)status), (Failure(status, "").Code, Failure(status, "").HttpStatus));
        if (status >= 400)
            Assert.Equal(code, InSuccess($$$"""{"error":{"code":{{{status}}},"message":"No."}}""").Code);
    }

    [Fact]
    public void ErrorInSuccess_NothingKnown_IsAFailureOfTheServer() =>
        Assert.Equal("server_error", InSuccess("""{"error":"It did not work out."}""").Code);

    [Theory]
    [InlineData("rate_limited", RetryRule.AsPolicy)]
    [InlineData("timeout", RetryRule.AsPolicy)]
    [InlineData("connection_failed", RetryRule.AsPolicy)]
    [InlineData("server_error", RetryRule.AsPolicy)]
    [InlineData("conflict", RetryRule.AsPolicy)]
    [InlineData("invalid_response", RetryRule.AsPolicy)]
    [InlineData("unusable_answer", RetryRule.Once)]
    [InlineData("truncated", RetryRule.Once)]
    [InlineData("content_filter", RetryRule.Never)]
    [InlineData("moderation_blocked", RetryRule.Never)]
    [InlineData("quota_exceeded", RetryRule.Never)]
    [InlineData("invalid_request", RetryRule.Never)]
    [InlineData("unauthorized", RetryRule.Never)]
    [InlineData("forbidden", RetryRule.Never)]
    [InlineData("not_found", RetryRule.Never)]
    [InlineData("unknown_provider", RetryRule.Never)]
    public void Rule_OfEachCode_IsAsDocumented(string code, RetryRule rule) => Assert.Equal(rule, FailureTable.RuleOf(code));

    [Fact]
    public void Rule_EveryCode_HasItsTest()
    {
        var codes = typeof(GenerationErrorCodes).GetFields().Select(field => (string)field.GetValue(null)!).Order();
        var tested = typeof(FailureTableTests).GetMethod(nameof(Rule_OfEachCode_IsAsDocumented))!
            .GetCustomAttributes(typeof(InlineDataAttribute), inherit: false)
            .Select(row => (string)((InlineDataAttribute)row).GetData(null!).Single()[0]).Order();

        Assert.Equal(codes, tested);
    }

    private static TheoryData<string, string> Data((string Theirs, string Ours)[] rows)
    {
        var data = new TheoryData<string, string>();
        foreach (var (theirs, ours) in rows)
            data.Add(theirs, ours);
        return data;
    }

    private static GenerationException Failure(int status, string body) =>
        Classifier.FromResponse("one", new ProviderResponse(status, _ => null, Encoding.UTF8.GetBytes(body)));

    private static GenerationException InSuccess(string body)
    {
        using var document = JsonDocument.Parse(body);
        return Classifier.Without("one", new ProviderResponse(200, _ => null, Memory<byte>.Empty), document.RootElement, isEmpty: true, "Nothing");
    }
}
