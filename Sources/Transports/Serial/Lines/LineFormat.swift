/// The format and the timing of commands and answers.
public struct LineFormat: Sendable {
    public enum Echo: Sendable {
        case never
        /// The command may come back as the first line, and is dropped if it does.
        case possible
        /// The command must come back as the first line.
        case always
        /// The command, or an empty line in its place, comes back as a line. Anything before it is old.
        case orEmptyLine
    }

    /// The end of a command.
    public var commandEnd: String
    /// The end of a line of an answer.
    public var answerEnd: String
    public var echo: Echo
    /// The text that the device prints when it is ready for a command; dropped at the start of a line.
    public var prompt: String
    /// The shortest time from the end of one exchange to the next command.
    public var pause: Duration
    /// The shortest time between two bytes of a command.
    public var bytePause: Duration
    /// The time limit for an answer, unless a command has another one.
    public var patience: Duration
    /// The shortest time without a byte after which a disturbed line counts as quiet.
    ///
    /// A later answer would be taken for the answer to the next command, so the default is ``patience``.
    public var silence: Duration
    /// The length in bytes above which a line counts as noise.
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
