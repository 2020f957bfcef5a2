using Npgsql;
using NpgsqlTypes;

namespace EmbeddedFunctions.Engine.Storage;

/// <summary>Columns of rows on their way into one statement by <c>unnest</c>.</summary>
internal sealed class Columns
{
    private readonly List<NpgsqlParameter> _parameters = [];

    public List<string?> Text() => Add<string?>(NpgsqlDbType.Text);

    public List<int> Integer() => Add<int>(NpgsqlDbType.Integer);

    public List<int?> NullableInteger() => Add<int?>(NpgsqlDbType.Integer);

    public List<short> SmallInteger() => Add<short>(NpgsqlDbType.Smallint);

    public List<long> BigInteger() => Add<long>(NpgsqlDbType.Bigint);

    public List<long?> NullableBigInteger() => Add<long?>(NpgsqlDbType.Bigint);

    public List<bool> Boolean() => Add<bool>(NpgsqlDbType.Boolean);

    public List<Guid> Uuid() => Add<Guid>(NpgsqlDbType.Uuid);

    public List<DateTime> Time() => Add<DateTime>(NpgsqlDbType.TimestampTz);

    public List<DateTime?> NullableTime() => Add<DateTime?>(NpgsqlDbType.TimestampTz);

    /// <summary>The statement that takes the columns, in the order they were added.</summary>
    public NpgsqlBatchCommand ToCommand(string sql)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var parameter in _parameters)
        {
            command.Parameters.Add(parameter);
        }

        return command;
    }

    private List<T> Add<T>(NpgsqlDbType type)
    {
        var column = new List<T>();
        _parameters.Add(new NpgsqlParameter<List<T>> { TypedValue = column, NpgsqlDbType = NpgsqlDbType.Array | type });
        return column;
    }
}
