/// How a device frames what it is told and what it says.
public struct LineFormat: Sendable {
    public enum Echo: Sendable {
        case never
        /// The command may come back as the first line, and is dropped if it does.
        case possible
        /// The command must come back as the first line.
        case always
        /// The command comes back as a line, or an empty line in its place; what comes before belongs to the past.
        case orEmptyLine
    }

    /// What ends a command.
    public var commandEnd: String
    /// What ends a line of an answer.
    public var answerEnd: String
    public var echo: Echo
    /// What the device says when it is ready for a command; dropped where it begins a line.
    public var prompt: String
    /// The least time from the end of one exchange to the next command.
    public var pause: Duration
    /// The least time between two bytes of a command.
    public var bytePause: Duration
    /// How long to wait for an answer, unless a command says otherwise.
    public var patience: Duration
    /// How long nothing may come before a disturbed line counts as quiet.
    ///
    /// An answer that comes later would be taken for that to the next command, so it is ``patience`` unless given.
    public var silence: Duration
    /// The longest line that is no noise, in bytes.
    public var longestLine: Int

    public init(
        commandEnd: String,
        answerEnd: String,
        echo: Echo = .never,
        prompt: String = "",
        pause: Duration = .zero,
        bytePause: Duration = .zero,
        patience: Duration = .milliseconds(500),
        silence: Duration? = nil,
        longestLine: Int = 4096
    ) {
        self.commandEnd = commandEnd
        self.answerEnd = answerEnd
        self.echo = echo
        self.prompt = prompt
        self.pause = pause
        self.bytePause = bytePause
        self.patience = patience
        self.silence = silence ?? patience
        self.longestLine = longestLine
    }
}
