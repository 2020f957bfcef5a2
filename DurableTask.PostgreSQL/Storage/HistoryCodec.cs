using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using DurableTask.Core;
using DurableTask.Core.History;
using DurableTask.Core.Tracing;

namespace DurableTask.PostgreSQL.Storage;

/// <summary>
/// Events of the framework's history as JSON objects in UTF-8, which rows of history and inbox messages keep. Properties that are empty are left
/// out. What an <see cref="ExecutionStartedEvent"/> holds is in the instance's row already.
/// </summary>
internal static class HistoryCodec
{
    private const int KeptBufferBytes = 64 * 1024;

    // The text is read by this library and by psql, never by a browser: a quote is \", not \u0022.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    private static readonly JsonEncodedText TypeName = JsonEncodedText.Encode("type");
    private static readonly JsonEncodedText AtName = JsonEncodedText.Encode("at");
    private static readonly JsonEncodedText IdName = JsonEncodedText.Encode("id");
    private static readonly JsonEncodedText TaskName = JsonEncodedText.Encode("task");
    private static readonly JsonEncodedText NameName = JsonEncodedText.Encode("name");
    private static readonly JsonEncodedText VersionName = JsonEncodedText.Encode("version");
    private static readonly JsonEncodedText DataName = JsonEncodedText.Encode("data");
    private static readonly JsonEncodedText DetailsName = JsonEncodedText.Encode("details");
    private static readonly JsonEncodedText FailureName = JsonEncodedText.Encode("failure");
    private static readonly JsonEncodedText InstanceName = JsonEncodedText.Encode("instance");
    private static readonly JsonEncodedText ExecutionName = JsonEncodedText.Encode("execution");
    private static readonly JsonEncodedText FireAtName = JsonEncodedText.Encode("fireAt");
    private static readonly JsonEncodedText StatusName = JsonEncodedText.Encode("status");
    private static readonly JsonEncodedText TagsName = JsonEncodedText.Encode("tags");
    private static readonly JsonEncodedText TraceName = JsonEncodedText.Encode("trace");
    private static readonly JsonEncodedText StateName = JsonEncodedText.Encode("state");
    private static readonly JsonEncodedText SpanName = JsonEncodedText.Encode("span");
    private static readonly JsonEncodedText ActivityName = JsonEncodedText.Encode("activity");
    private static readonly JsonEncodedText StartedName = JsonEncodedText.Encode("started");

    [ThreadStatic]
    private static (ArrayBufferWriter<byte> Buffer, Utf8JsonWriter Json)? _kept;

    /// <summary>Writes the events as elements of an array, without its brackets.</summary>
    public static byte[] Write(IEnumerable<HistoryEvent> events)
    {
        var (buffer, json) = _kept ?? NewWriter();
        _kept = null;
        json.WriteStartArray();
        foreach (var e in events)
        {
            json.WriteStartObject();
            Write(json, e);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.Flush();
        var text = buffer.WrittenSpan[1..^1].ToArray();
        if (buffer.Capacity <= KeptBufferBytes)
        {
            buffer.ResetWrittenCount();
            json.Reset();
            _kept = (buffer, json);
        }

        return text;
    }

    /// <summary>A row's text from the pieces that <see cref="Write(IEnumerable{HistoryEvent})"/> made.</summary>
    public static byte[] ToRow(List<byte[]> pieces)
    {
        var row = new byte[pieces.Sum(p => p.Length) + pieces.Count + 1];
        row[0] = (byte)'[';
        var length = 1;
        foreach (var piece in pieces)
        {
            piece.CopyTo(row.AsSpan(length));
            length += piece.Length;
            row[length++] = (byte)',';
        }

        row[^1] = (byte)']';
        return row;
    }

    /// <summary>Appends the events of a row to those of the rows before it.</summary>
    /// <param name="text">The row.</param>
    /// <param name="instance">What an <see cref="ExecutionStartedEvent"/> is taken from.</param>
    /// <param name="events">Gets the events.</param>
    /// <exception cref="JsonException">The text is not what this class writes.</exception>
    public static void Read(ReadOnlySpan<byte> text, StoredInstance instance, List<HistoryEvent> events)
    {
        var json = new Utf8JsonReader(text);
        json.Read();
        while (json.Read() && json.TokenType is JsonTokenType.StartObject)
        {
            events.Add(ReadEvent(ref json).ToEvent(instance));
        }
    }

    /// <summary>Reads the single event of an inbox message.</summary>
    public static HistoryEvent ReadMessage(ReadOnlySpan<byte> text)
    {
        var json = new Utf8JsonReader(text);
        json.Read();
        return ReadEvent(ref json).ToEvent(instance: null);
    }

    private static (ArrayBufferWriter<byte> Buffer, Utf8JsonWriter Json) NewWriter()
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        return (buffer, new Utf8JsonWriter(buffer, Options));
    }

    private static void Write(Utf8JsonWriter json, HistoryEvent e)
    {
        json.WriteNumber(TypeName, (int)e.EventType);
        json.WriteString(AtName, e.Timestamp);
        if (e.EventId >= 0)
        {
            json.WriteNumber(IdName, e.EventId);
        }

        switch (e)
        {
            case ExecutionStartedEvent started:
                WriteTrace(json, started.ParentTraceContext);
                break;
            case ExecutionCompletedEvent completed:
                json.WriteNumber(StatusName, (int)completed.OrchestrationStatus);
                WriteText(json, DataName, completed.Result);
                WriteFailure(json, completed.FailureDetails);
                break;
            case ExecutionTerminatedEvent terminated:
                WriteText(json, DataName, terminated.Input);
                break;
            case ExecutionSuspendedEvent suspended:
                WriteText(json, DataName, suspended.Reason);
                break;
            case ExecutionResumedEvent resumed:
                WriteText(json, DataName, resumed.Reason);
                break;
            case ExecutionRewoundEvent rewound:
                WriteText(json, DataName, rewound.Reason);
                WriteText(json, ExecutionName, rewound.ParentExecutionId);
                WriteText(json, InstanceName, rewound.InstanceId);
                WriteTrace(json, rewound.ParentTraceContext);
                break;
            case TaskScheduledEvent scheduled:
                WriteText(json, NameName, scheduled.Name);
                WriteText(json, VersionName, scheduled.Version);
                WriteText(json, DataName, scheduled.Input);
                WriteTags(json, scheduled.Tags);
                WriteTrace(json, scheduled.ParentTraceContext);
                break;
            case TaskCompletedEvent completed:
                json.WriteNumber(TaskName, completed.TaskScheduledId);
                WriteText(json, DataName, completed.Result);
                break;
            case TaskFailedEvent failed:
                json.WriteNumber(TaskName, failed.TaskScheduledId);
                WriteText(json, DataName, failed.Reason);
                WriteText(json, DetailsName, failed.Details);
                WriteFailure(json, failed.FailureDetails);
                break;
            case SubOrchestrationInstanceCreatedEvent created:
                WriteText(json, InstanceName, created.InstanceId);
                WriteText(json, NameName, created.Name);
                WriteText(json, VersionName, created.Version);
                WriteText(json, DataName, created.Input);
                WriteText(json, SpanName, created.ClientSpanId);
                WriteTags(json, created.Tags);
                break;
            case SubOrchestrationInstanceCompletedEvent completed:
                json.WriteNumber(TaskName, completed.TaskScheduledId);
                WriteText(json, DataName, completed.Result);
                break;
            case SubOrchestrationInstanceFailedEvent failed:
                json.WriteNumber(TaskName, failed.TaskScheduledId);
                WriteText(json, DataName, failed.Reason);
                WriteText(json, DetailsName, failed.Details);
                WriteFailure(json, failed.FailureDetails);
                break;
            case TimerCreatedEvent created:
                json.WriteString(FireAtName, created.FireAt);
                break;
            case TimerFiredEvent fired:
                json.WriteNumber(TaskName, fired.TimerId);
                json.WriteString(FireAtName, fired.FireAt);
                break;
            case EventSentEvent sent:
                WriteText(json, InstanceName, sent.InstanceId);
                WriteText(json, NameName, sent.Name);
                WriteText(json, DataName, sent.Input);
                break;
            case EventRaisedEvent raised:
                WriteText(json, NameName, raised.Name);
                WriteText(json, DataName, raised.Input);
                WriteTrace(json, raised.ParentTraceContext);
                break;
            case GenericEvent generic:
                WriteText(json, DataName, generic.Data);
                break;
            default:
                break;
        }
    }

    private static void WriteText(Utf8JsonWriter json, JsonEncodedText name, string? value)
    {
        if (value is not null)
        {
            json.WriteString(name, value);
        }
    }

    private static void WriteFailure(Utf8JsonWriter json, FailureDetails? failure)
    {
        if (failure is not null)
        {
            json.WriteString(FailureName, JsonText.WriteFailure(failure));
        }
    }

    private static void WriteTags(Utf8JsonWriter json, IDictionary<string, string>? tags) => WriteText(json, TagsName, JsonText.WriteTags(tags));

    private static void WriteTrace(Utf8JsonWriter json, DistributedTraceContext? trace)
    {
        if (string.IsNullOrEmpty(trace?.TraceParent))
        {
            return;
        }

        json.WriteString(TraceName, trace.TraceParent);
        WriteText(json, StateName, trace.TraceState);
        WriteText(json, SpanName, trace.SpanId);
        WriteText(json, ActivityName, trace.Id);
        if (trace.ActivityStartTime is { } started)
        {
            json.WriteString(StartedName, started);
        }
    }

    private static EventFields ReadEvent(ref Utf8JsonReader json)
    {
        var e = new EventFields();
        while (json.Read() && json.TokenType is JsonTokenType.PropertyName)
        {
            // What a later version adds is skipped.
            var property = json.GetString();
            json.Read();
            switch (property)
            {
                case "type": e.Type = (EventType)json.GetInt32(); break;
                case "at": e.At = json.GetDateTimeOffset().UtcDateTime; break;
                case "id": e.Id = json.GetInt32(); break;
                case "task": e.Task = json.GetInt32(); break;
                case "name": e.Name = json.GetString(); break;
                case "version": e.Version = json.GetString(); break;
                case "data": e.Data = json.GetString(); break;
                case "details": e.Details = json.GetString(); break;
                case "failure": e.Failure = JsonText.ReadFailure(json.GetString()!); break;
                case "instance": e.Instance = json.GetString(); break;
                case "execution": e.Execution = json.GetString(); break;
                case "fireAt": e.FireAt = json.GetDateTimeOffset().UtcDateTime; break;
                case "status": e.Status = (OrchestrationStatus)json.GetInt32(); break;
                case "tags": e.Tags = JsonText.ReadTags(json.GetString()); break;
                case "trace": e.TraceParent = json.GetString(); break;
                case "state": e.TraceState = json.GetString(); break;
                case "span": e.Span = json.GetString(); break;
                case "activity": e.Activity = json.GetString(); break;
                case "started": e.Started = json.GetDateTimeOffset(); break;
                default: json.Skip(); break;
            }
        }

        return e;
    }
}
