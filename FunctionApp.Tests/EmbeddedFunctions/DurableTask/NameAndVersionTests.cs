using Microsoft.DurableTask;
using Microsoft.DurableTask.Abstractions;

namespace FunctionApp.Tests.EmbeddedFunctions.DurableTask;

public sealed class NameAndVersionTests
{
    [Fact]
    public void TaskName_OtherCase_IsTheSameNameAndKeepsItsSpelling()
    {
        TaskName name = "SayHello";
        TaskName other = "sayhello";

        Assert.True(name == other);
        Assert.False(name != other);
        Assert.Equal(name.GetHashCode(), other.GetHashCode());
        Assert.Equal("SayHello", name);
        Assert.Equal("sayhello", other.ToString());
        Assert.NotEqual(name, new TaskName("SayHello2"));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    public void TaskName_NoText_IsTheDefault(string? text)
    {
        TaskName name = text!;

        Assert.Equal(default, name);
        Assert.Null(name.Name);
        Assert.Equal("", name.ToString());
        Assert.Equal(default(TaskName).GetHashCode(), name.GetHashCode());
    }

    [Fact]
    public void TaskVersion_NoneNullAndEmpty_AreTheSame()
    {
        Assert.Equal(TaskVersion.Unversioned, new TaskVersion(null));
        Assert.Equal(TaskVersion.Unversioned, new TaskVersion(""));
        Assert.Equal(TaskVersion.Unversioned.GetHashCode(), new TaskVersion("").GetHashCode());
        Assert.Equal("", default(TaskVersion).Version);
    }

    [Fact]
    public void TaskVersion_WhiteSpace_Throws() => Assert.Throws<ArgumentException>(() => new TaskVersion(" "));

    [Fact]
    public void TaskVersion_OtherCase_IsTheSame()
    {
        Assert.True(new TaskVersion("1.0-Beta") == "1.0-beta");
        Assert.True(new TaskVersion("1.0") != "1.1");
    }

    [Theory]
    [InlineData("", "", 0)]
    [InlineData(null, " ", 0)]
    [InlineData("", "1", -1)]
    [InlineData("1", "", 1)]
    [InlineData("1.2", "1.10", -1)]
    [InlineData("2.0.0", "1.9.9", 1)]
    [InlineData("1.0", "1.0", 0)]
    [InlineData("beta", "ALPHA", 1)]
    [InlineData("v2", "V2", 0)]
    [InlineData("v10", "v9", -1)]
    public void CompareVersions_Pairs_AreOrdered(string? source, string? other, int sign)
        => Assert.Equal(sign, Math.Sign(TaskOrchestrationVersioningUtils.CompareVersions(source!, other!)));
}
