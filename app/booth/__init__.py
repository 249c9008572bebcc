"""The booth as one file that anyone can host: the same sealing program as the site's, with a page of its own.

`page.html` is the frame; `page.css`, `words.js` and `page.js` are the page's; `app/static/js/booth/` has the
rest. `single_file` puts them together as they are, so that each part can be found again in the file.
"""
