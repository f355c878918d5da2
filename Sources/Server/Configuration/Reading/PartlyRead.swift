/// A mapping or list of which not all may be read.
protocol PartlyRead: AnyObject {
    func reportUnread()
}
