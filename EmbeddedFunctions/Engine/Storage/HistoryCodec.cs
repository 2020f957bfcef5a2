using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace EmbeddedFunctions.Engine.Storage;

/// <summary>
/// The events of one step as the text, in UTF-8, that a row of history keeps: a JSON array of objects with <c>type</c>, <c>at</c> and, where they
/// are not empty, <c>task</c>, <c>name</c>, <c>data</c> and <c>reference</c>. The view <c>history_events</c> reads it back.
/// </summary>
internal static class HistoryCodec
{
    private const int KeptBufferBytes = 64 * 1024;

    // The text is read by this program and by psql, never by a browser: a quote is \", not \u0022.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    private static readonly JsonEncodedText TypeName = JsonEncodedText.Encode("type");
    private static readonly JsonEncodedText AtName = JsonEncodedText.Encode("at");
    private static readonly JsonEncodedText TaskName = JsonEncodedText.Encode("task");
    private static readonly JsonEncodedText NameName = JsonEncodedText.Encode("name");
    private static readonly JsonEncodedText DataName = JsonEncodedText.Encode("data");
    private static readonly JsonEncodedText ReferenceName = JsonEncodedText.Encode("reference");

    [ThreadStatic]
    private static (ArrayBufferWriter<byte> Buffer, Utf8JsonWriter Json)? _kept;

    public static byte[] Write(IReadOnlyList<HistoryEvent> events)
    {
        var (buffer, json) = _kept ?? NewWriter();
        _kept = null;
        json.WriteStartArray();
        for (var n = 0; n < events.Count; n++)
        {
            Write(json, events[n]);
        }

        json.WriteEndArray();
        json.Flush();
        var text = buffer.WrittenSpan.ToArray();
        if (buffer.Capacity <= KeptBufferBytes)
        {
            buffer.ResetWrittenCount();
            json.Reset();
            _kept = (buffer, json);
        }

        return text;
    }

    /// <summary>Appends the events of a row to those of the rows before it.</summary>
    /// <exception cref="JsonException">The text is none that <see cref="Write(IReadOnlyList{HistoryEvent})"/> made.</exception>
    public static void Read(ReadOnlySpan<byte> text, List<HistoryEvent> events)
    {
        var json = new Utf8JsonReader(text);
        json.Read();
        while (json.Read() && json.TokenType is JsonTokenType.StartObject)
        {
            events.Add(ReadEvent(ref json));
        }
    }

    private static (ArrayBufferWriter<byte> Buffer, Utf8JsonWriter Json) NewWriter()
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        return (buffer, new Utf8JsonWriter(buffer, Options));
    }

    private static void Write(Utf8JsonWriter json, HistoryEvent e)
    {
        json.WriteStartObject();
        json.WriteNumber(TypeName, (int)e.Type);
        json.WriteString(AtName, e.At);
        if (e.TaskId != HistoryEvent.NoTask)
        {
            json.WriteNumber(TaskName, e.TaskId);
        }

        WriteText(json, NameName, e.Name);
        WriteText(json, DataName, e.Data);
        WriteText(json, ReferenceName, e.Reference);
        json.WriteEndObject();
    }

    private static void WriteText(Utf8JsonWriter json, JsonEncodedText name, string? value)
    {
        if (value is not null)
        {
            json.WriteString(name, value);
        }
    }

    private static HistoryEvent ReadEvent(ref Utf8JsonReader json)
    {
        var type = default(HistoryEventType);
        var at = default(DateTime);
        var task = HistoryEvent.NoTask;
        string? name = null, data = null, reference = null;
        while (json.Read() && json.TokenType is JsonTokenType.PropertyName)
        {
            // What a later release adds is passed over.
            var property = json.GetString();
            json.Read();
            switch (property)
            {
                case "type":
                    type = (HistoryEventType)json.GetInt16();
                    break;
                case "at":
                    at = json.GetDateTimeOffset().UtcDateTime;
                    break;
                case "task":
                    task = json.GetInt32();
                    break;
                case "name":
                    name = json.GetString();
                    break;
                case "data":
                    data = json.GetString();
                    break;
                case "reference":
                    reference = json.GetString();
                    break;
                default:
                    json.Skip();
                    break;
            }
        }

        return new HistoryEvent(type, at, task, name, data, reference);
    }
}
