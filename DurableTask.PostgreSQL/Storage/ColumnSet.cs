using Npgsql;
using NpgsqlTypes;

namespace DurableTask.PostgreSQL.Storage;

/// <summary>Columns of rows for one statement.</summary>
internal sealed class ColumnSet
{
    private readonly List<IColumn> _columns = [];

    private interface IColumn
    {
        int Count { get; }

        NpgsqlParameter ToArray();

        NpgsqlParameter ToValue();

        void Clear();
    }

    public List<string?> Text() => Add<string?>(NpgsqlDbType.Text);

    /// <summary>Text that is UTF-8 already.</summary>
    public List<byte[]?> Utf8Text() => Add<byte[]?>(NpgsqlDbType.Text);

    public List<int> Integer() => Add<int>(NpgsqlDbType.Integer);

    public List<int?> NullableInteger() => Add<int?>(NpgsqlDbType.Integer);

    public List<short> SmallInteger() => Add<short>(NpgsqlDbType.Smallint);

    public List<long> BigInteger() => Add<long>(NpgsqlDbType.Bigint);

    public List<long?> NullableBigInteger() => Add<long?>(NpgsqlDbType.Bigint);

    public List<double?> NullableNumber() => Add<double?>(NpgsqlDbType.Double);

    public List<bool> Boolean() => Add<bool>(NpgsqlDbType.Boolean);

    public List<Guid> Uuid() => Add<Guid>(NpgsqlDbType.Uuid);

    public List<DateTime> Time() => Add<DateTime>(NpgsqlDbType.TimestampTz);

    public List<DateTime?> NullableTime() => Add<DateTime?>(NpgsqlDbType.TimestampTz);

    /// <summary>The statement that takes the columns, in the order they were added.</summary>
    /// <param name="statement">The statement.</param>
    /// <param name="more">The statement's second set of rows.</param>
    public NpgsqlBatchCommand ToCommand(RowsStatement statement, ColumnSet? more = null)
    {
        var columns = more is null ? _columns : [.. _columns, .. more._columns];
        return columns.TrueForAll(static column => column.Count == 1)
            ? ToCommand(statement.One, columns, static column => column.ToValue())
            : ToCommand(statement.Many, columns, static column => column.ToArray());
    }

    /// <summary>The statement that takes the columns as arrays, in the order they were added.</summary>
    public NpgsqlBatchCommand ToCommand(string sql) => ToCommand(sql, _columns, static column => column.ToArray());

    /// <summary>Drops the rows once they are written.</summary>
    /// <remarks>Npgsql's reader keeps the parameters until the connection's next command, and with them all that a commit wrote.</remarks>
    public void Clear() => _columns.ForEach(static column => column.Clear());

    private static NpgsqlBatchCommand ToCommand(string sql, List<IColumn> columns, Func<IColumn, NpgsqlParameter> parameter)
    {
        var command = new NpgsqlBatchCommand(sql);
        columns.ForEach(column => command.Parameters.Add(parameter(column)));
        return command;
    }

    private List<T> Add<T>(NpgsqlDbType type)
    {
        var column = new Column<T>(type);
        _columns.Add(column);
        return column.Values;
    }

    private sealed class Column<T>(NpgsqlDbType type) : IColumn
    {
        public List<T> Values { get; } = [];

        public int Count => Values.Count;

        public NpgsqlParameter ToArray() => new NpgsqlParameter<List<T>> { TypedValue = Values, NpgsqlDbType = NpgsqlDbType.Array | type };

        public NpgsqlParameter ToValue() => new NpgsqlParameter<T> { TypedValue = Values[0], NpgsqlDbType = type };

        public void Clear() => Values.Clear();
    }
}
