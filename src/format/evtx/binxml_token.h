/* SPDX-License-Identifier: Apache-2.0 */
/* BinXML's token bytes (MS-EVEN6 2.2.12). */
#ifndef TOCSIN_FORMAT_EVTX_BINXML_TOKEN_H
#define TOCSIN_FORMAT_EVTX_BINXML_TOKEN_H

enum token {
	TOKEN_END = 0x00,
	TOKEN_OPEN = 0x01,
	TOKEN_BODY = 0x02,
	TOKEN_CLOSE_EMPTY = 0x03,
	TOKEN_CLOSE = 0x04,
	TOKEN_VALUE = 0x05,
	TOKEN_ATTRIBUTE = 0x06,
	TOKEN_CDATA = 0x07,
	TOKEN_CHAR_REF = 0x08,
	TOKEN_ENTITY_REF = 0x09,
	TOKEN_PI_TARGET = 0x0a,
	TOKEN_PI_DATA = 0x0b,
	TOKEN_INSTANCE = 0x0c,
	TOKEN_SLOT = 0x0d,
	TOKEN_SLOT_OPTIONAL = 0x0e,
	TOKEN_FRAGMENT = 0x0f
};

/* More follows: attributes behind an element's start, whose list size then stands there. */
#define TOKEN_MORE 0x40u

#endif
