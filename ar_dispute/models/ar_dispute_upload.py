"""Files that outsiders attach to a dispute."""

from odoo import models
from odoo.exceptions import UserError

from ..tools import upload


class ArDisputeUpload(models.AbstractModel):
    _name = "ar.dispute.upload"
    _description = "Files of outsiders on a dispute"

    def _attach_uploads(self, files):
        """Keep files that were sent through a form; return the attachments.

        sudo: who sends them has no right on the case, the caller checked the door.

        :param files: of the request, those without a name being empty inputs
        :raise UserError: too many, too large, or of a type that is not taken
        """
        self.ensure_one()
        chosen = [file for file in files if file.filename]
        if len(chosen) > upload.FILE_COUNT:
            raise UserError(
                self.env._("Please send at most %s files at once.", upload.FILE_COUNT)
            )
        rows = [self._prepare_upload(file) for file in chosen]
        return self.env["ir.attachment"].sudo().create(rows)

    def _post_from_outside(self, attachments, **message):
        """Post what an outsider wrote, with its files; return the message.

        Odoo itself links no files of people who are no internal users.
        """
        posted = self.message_post(**message)
        posted.attachment_ids = attachments
        return posted

    def _prepare_upload(self, file) -> dict:
        content = file.stream.read(upload.FILE_BYTES + 1)
        if len(content) > upload.FILE_BYTES:
            raise UserError(
                self.env._(
                    "“%s” is larger than 10 MB: please send a smaller one.",
                    file.filename,
                )
            )
        mimetype = upload.get_type(file.filename, content)
        if not mimetype:
            raise UserError(
                self.env._(
                    "“%(name)s” cannot be taken. Please send one of these: %(types)s.",
                    name=file.filename,
                    types=upload.NAMES,
                )
            )
        return {
            "name": file.filename,
            "raw": content,
            "mimetype": mimetype,
            "res_model": self._name,
            "res_id": self.id,
        }
