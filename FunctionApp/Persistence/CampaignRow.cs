using System.Text.Json;
using System.Text.Json.Serialization;
using Atelier.Generation;
using Atelier.Persistence.Tables;
using Npgsql;

namespace Atelier.Persistence;

/// <summary>Reads a campaign with its images and attempts in one statement.</summary>
internal static class CampaignRow
{
    private const string Sql =
        """
        SELECT id, user_id, request_hash, prompt, status, request, text, text_status, text_provider, text_model, text_usage, text_wait, error, metadata,
            instance_id, run, version, created_at, updated_at, completed_at, text_version, text_versions, regenerating, name, favorite, tags,
            (SELECT json_agg(i) FROM campaign_images AS i WHERE i.campaign_id = campaigns.id),
            (SELECT json_agg(a) FROM campaign_attempts AS a WHERE a.campaign_id = campaigns.id)
        FROM campaigns WHERE id = $1 AND user_id = $2
        """;

    // The columns' names and statuses as they are in the tables; what is JSON there has the names of the API.
    private static readonly JsonSerializerOptions Columns = new(JsonSerializerDefaults.Web)
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseUpper), new Utc(), new Inner<TokenUsage>(), new Inner<PartWait>() },
    };

    /// <summary>The statement that finds a user's campaign.</summary>
    public static NpgsqlCommand Find(Guid id, string userId) => new(Sql)
    {
        Parameters = { new NpgsqlParameter<Guid> { TypedValue = id }, new NpgsqlParameter<string> { TypedValue = userId } },
    };

    /// <summary>Reads the row.</summary>
    public static Campaign Read(NpgsqlDataReader row) => new()
    {
        Id = row.GetGuid(0),
        UserId = row.GetString(1),
        RequestHash = row.GetFieldValue<byte[]>(2),
        Prompt = row.GetString(3),
        Status = Statuses.Parse<CampaignStatus>(row.GetString(4)),
        Request = ColumnTypes.Read<CampaignRequest>(row.GetString(5)),
        Text = TextOf(row, 6),
        TextStatus = TextOf(row, 7) is { } status ? Statuses.Parse<PartStatus>(status) : null,
        TextProvider = TextOf(row, 8),
        TextModel = TextOf(row, 9),
        TextUsage = JsonOf<TokenUsage>(row, 10),
        TextWait = JsonOf<PartWait>(row, 11),
        Error = JsonOf<CampaignError>(row, 12),
        Metadata = ColumnTypes.Read<IReadOnlyDictionary<string, string>>(row.GetString(13)),
        InstanceId = row.GetString(14),
        Run = row.GetInt32(15),
        Version = row.GetInt64(16),
        CreatedAt = row.GetFieldValue<DateTimeOffset>(17),
        UpdatedAt = row.GetFieldValue<DateTimeOffset>(18),
        CompletedAt = row.IsDBNull(19) ? null : row.GetFieldValue<DateTimeOffset>(19),
        TextVersion = row.GetInt32(20),
        TextVersions = row.GetInt32(21),
        Regenerating = row.GetInt32(22),
        Name = TextOf(row, 23),
        Favorite = row.GetBoolean(24),
        Tags = row.GetFieldValue<string[]>(25),
        Images = ListOf<CampaignImage>(row, 26),
        Attempts = ListOf<CampaignAttempt>(row, 27),
    };

    private static string? TextOf(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    private static T? JsonOf<T>(NpgsqlDataReader row, int column)
        where T : class => row.IsDBNull(column) ? null : ColumnTypes.Read<T>(row.GetString(column));

    private static List<T> ListOf<T>(NpgsqlDataReader row, int column) =>
        row.IsDBNull(column) ? [] : JsonSerializer.Deserialize<List<T>>(row.GetString(column), Columns)!;

    // In JSON, PostgreSQL gives times in the time zone of the session.
    private sealed class Utc : JsonConverter<DateTimeOffset>
    {
        public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.GetDateTimeOffset().ToUniversalTime();

        public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
            throw new NotSupportedException("Rows are only read.");
    }

    // A JSON column inside a row.
    private sealed class Inner<T> : JsonConverter<T>
        where T : class
    {
        public override T? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            JsonSerializer.Deserialize<T>(ref reader, JsonSerializerOptions.Web);

        public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) =>
            throw new NotSupportedException("Rows are only read.");
    }
}
